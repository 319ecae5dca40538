#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace flopprof {

/// One kernel that ran on a GPU. Times are the profiling library's clock, nanoseconds.
struct KernelRecord {
  std::uint32_t kernel = 0;  ///< the number of its name
  std::uint32_t device = 0;  ///< CUDA's ordinal in this process
  std::uint32_t correlation =
      0;  ///< of its launch; one graph launch gives all its kernels the same
  bool in_graph = false;
  std::int64_t started_at = 0;
  std::int64_t ended_at = 0;  ///< both 0: the kernel ran and was not timed
};

struct GpuDevice {
  std::int64_t device = 0;  ///< CUDA's ordinal in the process
  std::string name;
  std::string uuid;  ///< "GPU-12345678-...": tells devices of processes apart; empty: not known
};

/// What one step did on one device.
struct GpuStep {
  std::int64_t step = 0;       ///< kOutsideSteps: all work outside steps so far, in one row
  std::int64_t device = -1;    ///< -1: the step launched nothing
  std::int64_t kernels = 0;    ///< that were recorded
  std::int64_t kernel_ns = 0;  ///< plain sum of their durations
  /// Measure of the union of their intervals; nothing when records of this step are missing.
  std::optional<std::int64_t> busy_ns;
};

/// What one kernel did, all devices of a process together.
struct KernelWork {
  std::string kernel;
  bool in_steps = true;
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
};

}  // namespace flopprof
