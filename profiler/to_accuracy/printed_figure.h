#pragma once

#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

/// A figure as somebody printed it: its last digit may be rounded, so the true value lies within
/// `half_unit` of `value`.
struct PrintedFigure {
  std::string printed;
  double value = 0;
  double half_unit = 0;  ///< half a unit of the last digit printed: 0.05 for "3.1"
};

/// Reads a decimal number above zero, "0.069" or "6.7e+22". Throws FieldError for anything else,
/// also for numbers below 1e-30 and above 1e60.
PrintedFigure printed_figure(std::string_view text);

}  // namespace flopprof::to_accuracy
