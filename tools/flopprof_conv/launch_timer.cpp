#include "tools/flopprof_conv/launch_timer.h"

namespace flopprof::tools {
namespace {

using convolution_timing::Cache;
using convolution_timing::Launch;
using convolution_timing::LaunchTime;

constexpr double kSampleSeconds = 200e-6;  ///< of an event's resolution, half a microsecond, 0.25 %

LaunchTime launch_time(const kernels::Timing& timing) {
  LaunchTime time{.seconds = timing.seconds.median, .doubts = timing.doubts};
  if (timing.during.clock_mhz) time.clock_hz = 1e6 * *timing.during.clock_mhz;
  return time;
}

}  // namespace

convolution_timing::TimeLaunch timing_with(kernels::Timer& timer) {
  return [&timer](const Launch& launch, Cache cache) {
    const auto run = [&launch](cudaStream_t stream) { launch(stream); };
    kernels::TimerPlan once{.warm_ups = 0, .samples = 1};
    once.cache = cache == Cache::kCold ? kernels::Cache::kCold : kernels::Cache::kWarm;
    const kernels::Timing timing = timer.time(once, run);
    if (cache == Cache::kCold || timing.seconds.median >= kSampleSeconds) {
      return launch_time(timing);
    }
    kernels::TimerPlan several = kernels::plan_for(timing.seconds.median, kSampleSeconds);
    several.warm_ups = 0;
    several.samples = 1;
    return launch_time(timer.time(several, run));
  };
}

}  // namespace flopprof::tools
