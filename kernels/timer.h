#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/gpu_state.h"
#include "kernels/spread.h"

namespace flopprof::kernels {

enum class Cache {
  kWarm,  ///< what the work before left in the L2 cache
  kCold,  ///< nothing of the work's is there
};

struct TimerPlan {
  int warm_ups = 3;  ///< runs that are not timed
  int samples = 20;
  int runs_a_sample = 1;  ///< one after the other, as many as a stream takes without waiting
  Cache cache = Cache::kWarm;
};

/// A stream takes no more launches than this while none of them has begun.
constexpr int kMostRunsASample = 256;

struct Timing {
  Spread seconds;  ///< of one run
  GpuState before;
  GpuState during;  ///< while the last sample ran
  GpuState after;
  std::vector<std::string> doubts;
};

/// The plan that makes a sample last about `seconds` where one run takes `seconds_a_run`: short
/// runs are timed together, because events tell half a microsecond apart.
TimerPlan plan_for(double seconds_a_run, double seconds);

/// Times work on the current device, in a stream of its own. The host hands all runs of a sample
/// over while a kernel keeps the stream blocked, so that no time of the host's is in them. All
/// functions throw std::runtime_error where CUDA fails.
class Timer {
 public:
  /// `monitor` may be null: then no clocks are known.
  explicit Timer(const GpuMonitor* monitor);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// `run` launches into the stream, and waits for nothing.
  Timing time(const TimerPlan& plan, const std::function<void(cudaStream_t)>& run);

  cudaStream_t stream() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace flopprof::kernels
