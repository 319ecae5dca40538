#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiler/record/flops.h"
#include "profiler/record/gpu_activity.h"

namespace flopprof {

/// What GPUs executed: the columns of run.db's view executed_total.
struct ExecutedTotal {
  std::optional<Flops> flops;   ///< of the steps in which they are known; nothing: of none
  std::string source = "none";  ///< counted, extrapolated: the weakest that went in
  std::int64_t counted_steps = 0;
  std::int64_t extrapolated_steps = 0;
  std::int64_t steps_without = 0;  ///< left out above
  bool is_interval = false;        ///< data-dependent work: `flops` is an estimate between
  Flops min, max;
  std::int64_t wall_ns = 0;  ///< of all steps, of the steps with executed and with model FLOPs:
  std::int64_t executed_wall_ns = 0;
  std::int64_t model_wall_ns = 0;
  std::int64_t compared_steps = 0;  ///< of which both are known:
  Flops compared_executed;
  Flops compared_model;
  std::optional<Flops> other_flops;  ///< outside steps
  std::int64_t other_intervals_without = 0;
};

/// One row of run.db's view gpu_total: training work alone.
struct GpuTotal {
  std::int64_t gpu_ns = 0;               ///< busy time, summed over devices
  std::int64_t extrapolated_gpu_ns = 0;  ///< of it
  std::int64_t kernel_ns = 0;            ///< plain sum over kernels
  std::int64_t traced_kernel_ns = 0;     ///< of it: not extrapolated
  /// Steps with graphs that were traced as a whole: their GPU time holds the time between nodes.
  std::int64_t steps_with_whole_graphs = 0;
  std::int64_t steps_without_kernels = 0;  ///< left out of kernel_ns, kernels and copies
  std::int64_t other_whole_graphs = 0;     ///< launches outside steps, whose kernels are in no sum
  std::int64_t kernels = 0;
  std::int64_t copies = 0;  ///< of memory, and fills: no part of the times above
  std::int64_t copy_ns = 0;
  std::int64_t copied_bytes = 0;
  std::int64_t allocated_ns = 0;            ///< time of the steps x devices
  std::int64_t steps_without_gpu_time = 0;  ///< left out above
  std::int64_t steps_with_extrapolated_gpu_time = 0;
  ExecutedTotal executed;
};

/// What was launched outside steps, all devices together.
struct GpuOutsideTotal {
  std::int64_t intervals = 0;
  std::int64_t traced_intervals = 0;  ///< what the others ran is in no sum below
  std::int64_t kernels = 0;
  std::int64_t kernel_ns = 0;
  std::int64_t gpu_ns = 0;
};

/// Training work in the plain fields.
struct DeviceTotal {
  std::string host;
  std::int64_t device = 0;
  std::string name;
  std::string uuid;
  std::int64_t kernels = 0;
  std::int64_t kernel_ns = 0;
  std::int64_t gpu_ns = 0;
  std::int64_t extrapolated_gpu_ns = 0;
  std::int64_t copies = 0;
  std::int64_t copy_ns = 0;
  std::int64_t copied_bytes = 0;
  std::int64_t other_kernels = 0;
  std::int64_t other_kernel_ns = 0;
  std::int64_t other_gpu_ns = 0;
  std::optional<Flops> executed_flops;  ///< of the steps in which they are known
  std::string executed_source = "none";
};

/// One row of run.db's view gpu_activity_total: a device that was watched.
struct ActivityTotal {
  std::string host;
  std::string name;
  std::string uuid;
  GpuActivity sums;           ///< but when it began and ended
  std::int64_t steps_ns = 0;  ///< of the time watched
};

/// What a part of the work in steps executed: of a phase, an operator, a kernel.
struct PartExecuted {
  std::optional<Flops> flops;   ///< nothing: not told apart from other parts
  std::string source = "none";  ///< extrapolated, none
  std::string cause;  ///< why it differs from the model FLOPs; empty: nothing known speaks for any
};

/// What the launches of a kernel by an operator in a phase execute, in the steps that are told
/// apart.
struct OpKernel {
  std::string op;  ///< empty: by no operator that was observed
  std::string kernel;
  std::string phase;
  std::optional<Flops> executed;  ///< nothing: not told apart
};

/// How far executed FLOPs are told apart: run.db's view split_total.
struct SplitTotal {
  std::int64_t steps = 0;          ///< of processes, of which the following is
  std::int64_t steps_without = 0;  ///< that are told apart in nothing
  Flops executed;
  Flops by_phase;   ///< of it, told by phase,
  Flops by_op;      ///< by operator,
  Flops by_kernel;  ///< by kernel
  Flops solved;     ///< by equations
};

/// In traced steps; outside steps in the other fields.
struct KernelTotal {
  std::string kernel;
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
  std::int64_t other_launches = 0;
  std::int64_t other_kernel_ns = 0;
  PartExecuted executed;
};

/// What one phase launched, in traced steps and outside steps.
struct PhaseGpuTotal {
  std::string phase;
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
};

/// What one operator launched. Training work in the plain fields, of traced steps.
struct OpGpuTotal {
  std::string op;  ///< empty: by no operator that was observed
  std::int64_t launches = 0;
  std::int64_t kernel_ns = 0;
  std::int64_t other_launches = 0;
  std::int64_t other_kernel_ns = 0;
};

/// What GPUs executed of one class, in steps of processes.
struct ClassTotal {
  std::string flop_class;
  std::optional<Flops> executed_flops;
  std::string source;
  std::int64_t counted_steps = 0;
  std::int64_t extrapolated_steps = 0;
  std::int64_t steps_without = 0;  ///< left out above
  Flops margin95;                  ///< to either side; 0 unless the work is data-dependent
  std::optional<Flops> other_flops;
};

}  // namespace flopprof
