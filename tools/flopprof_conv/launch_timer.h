#pragma once

#include "kernels/timer.h"
#include "profiler/convolution_timing/timing.h"

namespace flopprof::tools {

/// Times launches with `timer`, which outlives it. With a warm cache, runs that are shorter than
/// the events can tell apart are timed several together.
convolution_timing::TimeLaunch timing_with(kernels::Timer& timer);

}  // namespace flopprof::tools
