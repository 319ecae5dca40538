#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "profiler/capture/cupti_library.h"
#include "profiler/capture/driver.h"
#include "profiler/capture/gpm.h"
#include "profiler/record/drained.h"
#include "profiler/record/gpu_activity.h"

namespace flopprof::capture {

/// The next source where the counters are refused: how active the devices of this process are, by
/// GPM. No library is loaded before that is wanted and a device is in use.
///
/// What else there might be was looked at, and is not here. PM sampling needs the permission that
/// the counters need, and is held by whoever holds them. The SASS metrics, which patch kernels,
/// are not proven without that permission, are refused where MPS or confidential computing refuse
/// the counters, and are reported to hang beside the tracing of kernels.
class ActivityWatch {
 public:
  /// The one of this process, never destroyed: callbacks come while the process exits.
  static ActivityWatch& instance();

  // Of any thread.
  void want() noexcept { wanted_.store(true, std::memory_order_relaxed); }
  /// This process has a context on a device. One that no profiling library tells of is found if it
  /// is the primary one, as that of every program of the CUDA runtime is.
  void context_made(const CuptiLibrary& cupti, CUcontext context) noexcept;

  /// The drain thread, each second: takes a sample of each device in use, and adds the sums. Once
  /// the process exits there are no more samples.
  void drain(bool last, Drained& drained);

  /// In the child of a fork, where there is no CUDA any more.
  void forget() noexcept;

 private:
  struct Device {
    DriverDevice driver;
    std::unique_ptr<ActivityMeter> meter;  // null: it has none
    GpuActivity sums;
    std::int64_t sampled_at_ns = 0;  // monotonic; 0: not yet
    int failures = 0;                // in a row
  };

  struct Watched {
    std::mutex in_use;  // held while the library may be in use
    bool stopped = false;
    std::unique_ptr<Nvml> nvml;
    std::map<int, Device> devices;
    std::int64_t not_before_ns = 0;  // monotonic
  };

  void stop() noexcept;
  void find_devices(Drained& drained);
  void begin(Device& device, Drained& drained);
  static std::optional<NvmlRefusal> measured(Device& device);
  static void give_up(Device& device, const NvmlRefusal& refusal, Drained& drained);

  std::atomic<bool> wanted_{false};
  std::atomic<std::uint64_t> used_{0};                              // a bit a device
  std::unique_ptr<Watched> watched_ = std::make_unique<Watched>();  // the drain thread's
};

}  // namespace flopprof::capture
