#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiler/convolution/measured.h"

namespace flopprof::convolution_timing {

/// Enqueues work once on a CUDA stream, and waits for nothing. Throws where that fails.
using Launch = std::function<void(void* stream)>;

enum class Cache { kWarm, kCold };

/// One launch, timed on the GPU: no time of the host's is in it.
struct LaunchTime {
  double seconds = 0;
  std::optional<double> clock_hz;
  std::vector<std::string> doubts;
};

/// Times a launch once; with kCold, nothing that it reads is in the L2 cache. Throws where the GPU
/// fails.
using TimeLaunch = std::function<LaunchTime(const Launch&, Cache)>;

/// Counts what a launch executes; runs it as often as it needs. Throws where the counters are
/// denied. An empty function: nothing counts here.
using CountLaunch = std::function<convolution::Executed(const Launch&)>;

/// Says what a launch launches and moves; runs it as often as it needs. What it cannot say, it says
/// why. An empty function: nothing is known here.
using TakeFootprint = std::function<convolution::Footprint(const Launch&)>;

/// What is to be timed, and what came of it.
struct TimedWork {
  std::string name;
  Launch launch;
  std::optional<convolution::Times> warm;
  std::optional<convolution::Times> cold;
  std::string problem;  ///< why a time is missing
};

/// Times each work `iterations` times, warm and cold, as benchmarks of Google Benchmark with manual
/// time: what it keeps from running away is the number of iterations, which is fixed.
void time_all(std::vector<TimedWork>& works, const TimeLaunch& time_launch, int iterations);

}  // namespace flopprof::convolution_timing
