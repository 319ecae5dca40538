#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flopprof::to_accuracy {

/// How a log writes an accuracy down.
enum class Scale { kPercent, kFraction, kErrorPercent, kErrorFraction };

/// Whether the first epoch (or step) of a log is 0, or the number counts what has been completed.
enum class CountsFrom { kUnknown, kZero, kOne };

/// What the `step` of a log counts.
enum class StepUnit { kUpdates, kEpochs, kImages, kLogCalls };

/// One evaluation, in the log's own numbers and scale.
struct AccuracyPoint {
  double value = 0;
  std::optional<double> epoch;
  std::optional<double> step;
  std::optional<double> images;
  std::optional<double> hours;
  std::optional<double> learning_rate;
  std::int64_t line = 0;  ///< or record, counted from 1
};

/// What a format says about its numbers, besides the points.
struct LogTraits {
  std::string format;
  std::string metric;  ///< as the log names it
  std::optional<Scale> scale;
  CountsFrom epochs_from = CountsFrom::kUnknown;
  CountsFrom steps_from = CountsFrom::kUnknown;
  StepUnit step_unit = StepUnit::kUpdates;
  std::optional<double> images_per_epoch;
  std::optional<double> images_per_step;
  std::optional<double> batches_per_epoch;
  std::vector<std::string> notes;
};

}  // namespace flopprof::to_accuracy
