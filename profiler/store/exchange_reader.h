#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/flops.h"
#include "profiler/store/database.h"

// What other tools are handed beside the rows of a report.
namespace flopprof::store {

/// A step of one process, as the view process_step has it.
struct ProcessStep {
  std::int64_t process = 0;
  std::int64_t step = 0;
  std::int64_t began_at_ns = 0;
  std::int64_t wall_ns = 0;
  std::optional<Flops> model_flops;
  std::string source;
  std::optional<std::int64_t> gpu_ns;
  std::optional<Flops> executed_flops;  ///< nothing in runs from before schema 3
  std::string executed_source = "none";
};

/// What one operator did in one phase, all processes together.
struct PhaseOp {
  std::string phase;
  std::string op;
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;
  Flops model_flops;
  std::int64_t cpu_ns = 0;
};

/// A kernel of the timeline, kept where it was asked for.
struct TimelineKernel {
  std::int64_t process = 0;
  std::int64_t device = 0;
  std::int64_t stream = 0;
  std::int64_t correlation = 0;
  std::int64_t step = 0;
  std::string name;
  std::int64_t started_at = 0;  ///< the profiling library's clock
  std::int64_t ended_at = 0;
};

/// By process and in the order of time, in flat memory, and without a lock that would keep a job
/// from writing: steps are set aside first.
void each_process_step(Database& run, const std::function<void(const ProcessStep&)>& take);

/// In the order of the phases, most CPU time first.
std::vector<PhaseOp> read_phase_ops(const Database& run);

/// By process, device and stream, in the order of time. None in a run that kept no timeline.
void each_timeline_kernel(const Database& run,
                          const std::function<void(const TimelineKernel&)>& take);

}  // namespace flopprof::store
