#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/fault.h"
#include "profiler/record/flops.h"
#include "profiler/record/gpu_view.h"
#include "profiler/record/world.h"

namespace flopprof {

/// One row of run.db's view run_total: training work alone.
struct RunTotal {
  std::int64_t steps = 0;
  std::int64_t observed_steps = 0;
  std::int64_t steps_without_flops = 0;  ///< of all processes
  Flops model_flops;
  std::string source;
  Flops recomputed_flops;
  std::int64_t uncounted_calls = 0;
  std::int64_t ranks = 1;
  std::int64_t overhead_ns = 0;
  std::int64_t step_wall_ns = 0;     ///< of the slowest rank, summed over worlds
  std::int64_t process_wall_ns = 0;  ///< of the processes that flopprof cost something
};

struct FlopsSpread {
  Flops min, median, max;
};

struct NsSpread {
  std::int64_t min = 0, median = 0, max = 0;
};

/// What the extrapolated FLOPs of a run lie between, if every uncounted step did the least, or the
/// most, that a counted step of its class did.
struct FlopsInterval {
  Flops min, max;
};

struct PhaseTotal {
  std::string phase;
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;
  Flops model_flops;
  Flops recomputed_flops;
  std::string source;
  std::int64_t cpu_ns = 0;
  std::optional<std::int64_t> kernel_ns;  ///< in traced steps; nothing: no launch was observed
  PartExecuted executed;
  std::optional<double> executed_to_model;  ///< where both are known, over the same steps
};

/// Training work in the plain fields.
struct OpTotal {
  std::string op;
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;
  Flops model_flops;
  Flops recomputed_flops;
  Flops evaluation_flops;
  Flops other_flops;
  std::string source;
  std::int64_t evaluation_calls = 0;
  std::int64_t other_calls = 0;
  std::int64_t other_uncounted_calls = 0;  ///< of evaluation and other work
  std::int64_t cpu_ns = 0;
  std::optional<std::int64_t> kernel_ns;  ///< in traced steps; nothing: it launched nothing
  std::int64_t other_kernel_ns = 0;
  PartExecuted executed;
  std::optional<double> executed_to_model;  ///< where both are known, over the same steps
};

/// Training work in the plain fields.
struct LayerTotal {
  std::string layer;
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;
  Flops model_flops;
  Flops forward_flops;
  Flops backward_flops;
  Flops evaluation_flops;
  Flops other_flops;
  std::string source;
  std::int64_t cpu_ns = 0;
};

struct StepTotal {
  std::string world;
  std::int64_t step = 0;
  std::int64_t ranks = 1;
  std::int64_t began_at_ns = 0;
  std::int64_t wall_ns = 0;
  std::optional<Flops> model_flops;
  std::string source;
  std::optional<std::int64_t> gpu_ns;
  std::string gpu_source = "none";  ///< measured, extrapolated, none
  std::optional<Flops> executed_flops;
  std::string executed_source = "none";
  Flops executed_margin95;  ///< to either side; 0 unless the work is data-dependent
};

struct ProcessTotal {
  std::int64_t process = 0;
  std::int64_t pid = 0;
  std::string host;
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> local_rank;
  std::int64_t steps = 0;
  std::int64_t observed_steps = 0;
  Flops model_flops;
  std::int64_t uncounted_calls = 0;
  std::string source;
  std::int64_t step_wall_ns = 0;
  std::int64_t cpu_ns = 0;
  std::int64_t overhead_ns = 0;
};

/// One row of run.db's view rank_total: a rank of a world, or a process that is none.
struct RankTotal {
  std::string world;
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> local_rank;
  std::optional<std::int64_t> world_size;
  std::string host;
  std::int64_t pid = 0;
  std::string ended;        ///< exited, killed, running
  std::string step_source;  ///< how its steps were told apart; empty: none was seen
  std::int64_t processes = 1;
  std::int64_t steps = 0;
  std::int64_t observed_steps = 0;
  Flops model_flops;
  std::string source;
  std::int64_t uncounted_calls = 0;
  std::optional<Flops> executed_flops;
  std::string executed_source = "none";
  std::int64_t steps_without_executed_flops = 0;
  std::optional<std::int64_t> gpu_ns;
  std::int64_t steps_without_gpu_time = 0;
  std::int64_t step_wall_ns = 0;
  std::optional<NsSpread> wall_per_step;  ///< nothing without a step
  std::int64_t behind_fastest_ns = 0;     ///< more than the fastest rank took for the same steps
  std::int64_t cpu_ns = 0;
  std::int64_t overhead_ns = 0;
  std::int64_t faults = 0;
};

/// One processor of the run: the CPU of a host.
struct Device {
  std::string host;
  std::string name;
};

/// One process as far as its end is concerned.
struct ProcessEnd {
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;
  std::string host;
  std::optional<std::int64_t> rank;
  std::int64_t last_written_at_ns = 0;
  std::optional<std::int64_t> ended_at_ns;
};

/// The head of a report: what ran, what could not be seen, and the totals.
struct RunOverview {
  std::vector<std::string> command;
  std::string host;
  std::int64_t started_at_ns = 0;
  std::int64_t wall_ns = 0;
  std::string ended;  ///< exited, signalled, killed, running
  std::optional<std::int64_t> exit_status;
  double overhead_budget = 0;
  std::int64_t processes = 0;
  bool libtorch_seen = false;
  std::vector<World> worlds;  ///< of more than one rank
  std::vector<Device> devices;
  std::vector<DeviceTotal> gpus;    ///< those that ran kernels
  std::vector<ClassTotal> classes;  ///< those that the GPUs have counters of
  RunTotal total;
  std::optional<GpuTotal> gpu;  ///< nothing unless GPU work was observed
  GpuOutsideTotal gpu_outside;
  std::vector<ActivityTotal> activity;           ///< of devices that were watched
  std::optional<SplitTotal> split;               ///< nothing unless executed FLOPs are told apart
  std::optional<FlopsSpread> flops_per_step;     ///< nothing without a step whose FLOPs are known
  std::optional<NsSpread> wall_per_step;         ///< nothing without a step
  std::optional<NsSpread> gpu_per_step;          ///< nothing without a step whose GPU time is known
  std::optional<FlopsSpread> executed_per_step;  ///< nothing without a step where they are known
  std::optional<FlopsInterval> interval;         ///< nothing unless the total is extrapolated
  std::vector<PhaseTotal> phases;
  std::vector<Fault> faults;
  std::vector<std::string> notes;  ///< how to read the numbers, where that is not plain
};

}  // namespace flopprof
