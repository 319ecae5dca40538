#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "profiler/to_accuracy/accuracy_curve.h"

namespace flopprof::to_accuracy {

/// Log, run and options do not fit together.
struct TargetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What is known beside the log: from the user, or from the run.
struct Schedule {
  std::optional<std::int64_t> steps_in_run;
  std::optional<double> steps_per_epoch;
  std::optional<double> images_per_epoch;
  std::optional<double> images_per_step;
  CountsFrom epochs_from = CountsFrom::kUnknown;
  CountsFrom steps_from = CountsFrom::kUnknown;
  std::optional<StepUnit> step_unit;
};

/// A point of the log in completed epochs, steps and images. `notes` states what was assumed.
struct Position {
  std::optional<double> epochs;
  std::optional<double> log_epoch;  ///< as the log numbers it
  std::optional<std::int64_t> steps;
  std::optional<double> images;
  std::vector<std::string> notes;
};

/// Throws TargetError when the point lies beyond the run.
Position position_of(const AccuracyPoint& point, const AccuracyCurve& curve, const LogTraits& log,
                     const Schedule& schedule);

}  // namespace flopprof::to_accuracy
