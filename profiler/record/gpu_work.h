#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiler/record/flop_class.h"

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

/// One launch of a graph that was traced as a whole, from its first node to its last: nothing says
/// what its nodes did. Times are as in KernelRecord.
struct GraphRecord {
  std::optional<std::uint32_t> device;  ///< nothing: it ran on several, or not on GPUs alone
  std::uint32_t correlation = 0;
  std::int64_t started_at = 0;
  std::int64_t ended_at = 0;
};

/// Memory that was copied or filled on a GPU. Times are as in KernelRecord.
struct CopyRecord {
  std::uint32_t device = 0;
  std::uint32_t correlation = 0;
  std::int64_t started_at = 0;
  std::int64_t ended_at = 0;
  std::int64_t bytes = 0;
};

struct GpuDevice {
  std::int64_t device = 0;  ///< CUDA's ordinal in the process
  std::string name;
  std::string uuid;  ///< "GPU-12345678-...": tells devices of processes apart; empty: not known
};

/// What was measured of a step's GPU work. Never both: a step that is counted runs at other speeds.
enum class GpuLook {
  kNone,     ///< its launches alone are known
  kTraced,   ///< when each of its kernels ran
  kCounted,  ///< what its kernels executed, by one set of counters
  kCut,      ///< what those of its kernels executed that it launched first
};

/// What a step asked its GPUs to do: known of every step, from the driver's calls.
struct StepLaunches {
  std::int64_t step = 0;  ///< never kOutsideSteps: see OutsideLaunches
  /// Equal for steps of a process that launched the same functions equally often, each with the
  /// same grids, blocks, clusters and shared memory, and the same graphs. What one of them does is
  /// taken for what all do.
  std::int64_t signature = 0;
  std::int64_t launches = 0;  ///< of kernels and of graphs
  GpuLook look = GpuLook::kNone;
};

/// The intervals between steps, all those of one signature together.
struct OutsideLaunches {
  std::int64_t signature = 0;  ///< 0: too many different ones to tell apart
  std::int64_t intervals = 0;
  std::int64_t traced_intervals = 0;  ///< of which it is known when their kernels ran
};

/// What the counters of one class counted in one step on one device.
struct ExecutedStep {
  std::int64_t step = 0;  ///< never kOutsideSteps
  std::int64_t device = 0;
  FlopClass flop_class = FlopClass::kFp32;
  std::int64_t flops = 0;
};

/// What a step, or an interval outside steps, of one signature executes of one class on one device:
/// the mean over those that were counted. Every class that the device has counters of has a row.
struct ExecutedSignature {
  std::int64_t signature = 0;
  std::int64_t device = 0;
  FlopClass flop_class = FlopClass::kFp32;
  std::optional<std::int64_t> flops;  ///< nothing: not all counters of the class have counted yet
  std::int64_t repeats = 0;           ///< of the counter that counted the fewest steps
  double spread = 0;                  ///< the most that repeats disagree, as a share of the mean
  bool data_dependent = false;        ///< they disagree by more than 1e-3: no count, an estimate
  double margin95 = 0;  ///< FLOPs to either side, with 95 % confidence, where data-dependent
};

/// What one traced step did on one device.
struct GpuStep {
  std::int64_t step = 0;       ///< kOutsideSteps: all work outside steps so far, in one row
  std::int64_t device = -1;    ///< -1: the step launched nothing
  std::int64_t kernels = 0;    ///< that were recorded
  std::int64_t kernel_ns = 0;  ///< plain sum of their durations
  /// Measure of the union of their intervals, and of those of whole graphs; nothing when records of
  /// this step are missing.
  std::optional<std::int64_t> busy_ns;
  std::int64_t copies = 0;   ///< of memory, and fills of it: no part of busy_ns and kernel_ns
  std::int64_t copy_ns = 0;  ///< plain sum of their durations
  std::int64_t copied_bytes = 0;
  /// Launches of graphs that were traced as a whole: their nodes are no part of kernels and
  /// kernel_ns.
  std::int64_t graphs = 0;
  std::int64_t graph_ns = 0;  ///< plain sum, the time between their nodes included
};

/// The kernels that one operator launched, in traced steps and outside steps.
struct OpGpuWork {
  std::string op;     ///< empty: launched by no operator that was observed
  std::string phase;  ///< as in OpWork
  bool in_steps = true;
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
};

/// One kernel of a full timeline, kept for the steps that were asked for.
struct TimelineKernel {
  std::string kernel;
  std::int64_t step = 0;
  std::int64_t device = 0;
  std::int64_t context = 0;
  std::int64_t stream = 0;
  std::int64_t correlation = 0;
  std::int64_t started_at_ns = 0;  ///< the profiling library's clock
  std::int64_t ended_at_ns = 0;
  std::int64_t grid[3] = {0, 0, 0};
  std::int64_t block[3] = {0, 0, 0};
  std::int64_t registers_a_thread = 0;
  std::int64_t static_shared_bytes = 0;
  std::int64_t dynamic_shared_bytes = 0;
};

/// What one kernel did, all devices of a process together.
struct KernelWork {
  std::string kernel;
  bool in_steps = true;
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
};

}  // namespace flopprof
