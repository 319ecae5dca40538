#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flopprof {

/// What a run belongs to. Those that are summed over: project, model, user.
using RunLabels = std::map<std::string, std::string>;

/// The run as it was asked for: one row of the table `run`.
struct RunInfo {
  std::string run_id;                ///< random; tells two runs that meet in one file apart
  std::vector<std::string> command;  ///< empty when the job was attached by hand
  std::string directory;
  std::string host;
  std::int64_t started_at_ns = 0;
  double overhead_budget = 0.01;  ///< share of the job's time, 0.01 = 1 %
  std::int64_t every_steps = 0;   ///< count every n-th step; 0: as many as the budget allows
  std::string step_range;         ///< NVTX range that is a step; empty: not asked for
  RunLabels labels;
};

/// One process of the job: one row of the table `process`.
struct ProcessInfo {
  std::int64_t pid = 0;
  std::int64_t parent_pid = 0;
  std::int64_t start_ticks = 0;  ///< /proc/PID/stat field 22: tells a reused pid
  std::string host;
  std::vector<std::string> command;
  std::int64_t started_at_ns = 0;
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> local_rank;
  std::optional<std::int64_t> world_size;
  std::string world;     ///< processes of one world step together; empty: on its own
  std::string libtorch;  ///< "2.15.0"; empty: none seen
  std::string cpu_name;
};

/// What flopprof itself cost a process.
struct OverheadInfo {
  std::int64_t callbacks = 0;  ///< operator callbacks served
  double callback_ns = 0;      ///< cost of one, dispatch included
  std::int64_t own_ns = 0;     ///< start-up, step ends and the writer thread, measured
  std::int64_t total_ns = 0;   ///< callbacks x callback_ns + own_ns
  std::string step_source;     ///< "optimizer", "mark", "nvtx", "period"; empty: none seen
};

}  // namespace flopprof
