#pragma once

#include <stdexcept>
#include <string>

#include "profiler/to_accuracy/accuracy_point.h"

namespace flopprof::to_accuracy {

/// The log does not say what its numbers mean, or the target is not of their kind.
struct ScaleError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The range of a metric in one log, and its first and last value.
struct ValueRange {
  double lowest = 0;
  double highest = 0;
  double first = 0;
  double last = 0;
  std::int64_t points = 0;
};

double percent_of(double value, Scale scale);
std::string_view name_of(Scale scale);

/// The scale of the values of `metric`. Throws ScaleError with the reason when the values allow
/// more than one reading, or none.
Scale scale_of(const ValueRange& values, const std::string& metric);

/// `target` in percent, for a log of that scale. Throws ScaleError when it is of another one.
double target_percent(double target, Scale scale);

/// Rounding of the last binary digit does not decide: 0.791 of a fraction log reaches 79.1.
bool reaches(double value, Scale scale, double percent);

}  // namespace flopprof::to_accuracy
