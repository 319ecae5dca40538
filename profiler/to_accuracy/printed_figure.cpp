#include "profiler/to_accuracy/printed_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

/// Beyond these no compute lies, and a change of unit would leave the range of a double.
constexpr double kLeast = 1e-30;
constexpr double kMost = 1e60;

/// The power of ten of the last digit of `text`, which is a number: -1 for "3.1", 16 for "4.7e17".
double exponent_of_last_digit(std::string_view text) {
  const std::size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, mantissa_end);
  double exponent = 0;
  if (mantissa_end < text.size()) {
    std::string_view digits = text.substr(mantissa_end + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  }
  const std::size_t point = mantissa.find('.');
  if (point == std::string_view::npos) return exponent;
  return exponent - static_cast<double>(mantissa.size() - point - 1);
}

}  // namespace

PrintedFigure printed_figure(std::string_view text) {
  PrintedFigure figure{.printed = std::string(text)};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, figure.value);
  const bool is_number = error == std::errc{} && stop == end;
  if (!is_number || !(figure.value >= kLeast && figure.value <= kMost)) {
    throw FieldError(
        fmt::format("\"{}\" is no number above zero; write it as 0.069 or 6.7e+22", text), text,
        "a number above zero");
  }
  figure.half_unit = 0.5 * std::pow(10.0, exponent_of_last_digit(text));
  return figure;
}

}  // namespace flopprof::to_accuracy
