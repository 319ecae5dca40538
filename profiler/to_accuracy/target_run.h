#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "profiler/store/database.h"
#include "profiler/to_accuracy/target_flops.h"

namespace flopprof::to_accuracy {

/// Work of the run that is no training towards the target.
struct Excluded {
  std::string what;
  Flops flops;
};

/// What a run.db says of its training.
struct TrainingRun {
  std::string path;
  std::string command;
  std::string host;
  std::string hardware;
  std::string flopprof_version;
  std::string libtorch;
  std::string world;  ///< the processes that step together; the one with most steps
  std::int64_t steps = 0;
  std::int64_t ranks = 1;
  Flops flops;
  double median_step_flops = 0;
  std::vector<std::string> operators;  ///< of the training work, sorted
  std::vector<Excluded> excluded;      ///< evaluation, other work, other processes
  std::vector<std::string> faults;
};

/// The first steps of the training.
struct WorkToStep {
  Flops flops;
  Flops flops_min;
  Flops flops_max;
  std::string source;
  std::int64_t steps_without_flops = 0;
  double wall_seconds = 0;
  std::optional<double> gpu_seconds;        ///< of the steps whose GPU time is known; none: no GPU
  std::int64_t steps_without_gpu_time = 0;  ///< where there was a GPU

  /// Nothing unless every step's is known.
  std::optional<double> whole_gpu_seconds() const {
    return steps_without_gpu_time == 0 ? gpu_seconds : std::nullopt;
  }
};

/// Throws TargetError when the run has no training steps.
TrainingRun read_training(const store::Database& run, const std::filesystem::path& path);

WorkToStep work_to_step(const store::Database& run, const TrainingRun& training,
                        std::int64_t steps);

/// Seeds must be runs of one model: throws TargetError naming the two that differ, and in what.
void check_same_model(const std::vector<TrainingRun>& runs);

}  // namespace flopprof::to_accuracy
