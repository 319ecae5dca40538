#pragma once

#include <string>

#include "profiler/convolution_timing/timing.h"

namespace flopprof::tools {

/// Counts launches with the GPU's counters, for as long as the program runs. Empty where the
/// counters are denied or there are none; then `why` says why.
convolution_timing::CountLaunch counting_on_this_gpu(std::string& why);

}  // namespace flopprof::tools
