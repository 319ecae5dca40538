#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiler/capture/rank_variables.h"
#include "profiler/record/run_info.h"
#include "profiler/steps/gpu_plan.h"

namespace flopprof::capture {

/// What the environment asks of a process of the job. Read once, at attachment: the only getenv.
struct Config {
  std::string run_path;                     ///< FLOPPROF_RUN, absolute; empty: not attached
  std::string run_id;                       ///< FLOPPROF_RUN_ID
  double overhead_budget = 0.01;            ///< FLOPPROF_BUDGET
  std::int64_t every_steps = 0;             ///< FLOPPROF_EVERY
  std::string step_range;                   ///< FLOPPROF_STEP_RANGE
  std::optional<steps::StepSpan> timeline;  ///< FLOPPROF_TRACE_STEPS, as 10:12
  std::string formulas_path;                ///< FLOPPROF_FORMULAS
  std::string record_folder;                ///< FLOPPROF_RECORD: tapes for tests; empty: none
  bool layers = false;                      ///< FLOPPROF_LAYERS
  std::string user_data;                    ///< folder of what flopprof keeps for this user
  std::string user_observers;               ///< folder of the observers that this user built
  RunLabels labels;         ///< FLOPPROF_PROJECT, FLOPPROF_MODEL, USER: of a job attached by hand
  std::string faults_path;  ///< FLOPPROF_FAULTS: where to tell what run.db cannot be told
  RankPlace place;
};

/// Values that are not what they should be count as unset: the job comes first.
Config read_config();

/// Of the process's environment; empty where it is not set.
std::string variable(const char* name);

}  // namespace flopprof::capture
