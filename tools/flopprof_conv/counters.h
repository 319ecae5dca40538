#pragma once

#include <string>

#include "profiler/convolution_timing/timing.h"

namespace flopprof::tools {

/// What is counted of launches on the current GPU, for as long as the program runs.
struct Counting {
  convolution_timing::CountLaunch flops;  ///< empty: the counters are denied, or there are none
  convolution_timing::TakeFootprint footprint;
  std::string denied;  ///< which of the GPU's counters do not count, and why; empty: all do
};
Counting counting_on_this_gpu();

}  // namespace flopprof::tools
