#include "profiler/to_accuracy/accuracy_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace flopprof::to_accuracy {
namespace {

constexpr double kRounding = 1e-9;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool names_error(const std::string& metric) { return metric.find("err") != std::string::npos; }

bool names_accuracy(const std::string& metric) {
  const std::array<std::string_view, 3> words = {"acc", "prec", "bleu"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return metric.find(word) != std::string::npos; });
}

/// Three points or more that begin at one end of their range and finish at the other.
bool runs_from(double begin, double end, const ValueRange& values) {
  return values.points >= 3 && values.first == begin && values.last == end &&
         values.highest - values.lowest > 0.1 * std::max(std::abs(values.highest), 1e-12);
}

}  // namespace

double percent_of(double value, Scale scale) {
  switch (scale) {
    case Scale::kPercent:
      return value;
    case Scale::kFraction:
      return 100 * value;
    case Scale::kErrorPercent:
      return 100 - value;
    case Scale::kErrorFraction:
      return 100 - 100 * value;
  }
  return value;
}

std::string_view name_of(Scale scale) {
  switch (scale) {
    case Scale::kPercent:
      return "percent";
    case Scale::kFraction:
      return "fraction";
    case Scale::kErrorPercent:
      return "error-percent";
    case Scale::kErrorFraction:
      return "error-fraction";
  }
  return "percent";
}

Scale scale_of(const ValueRange& values, const std::string& metric) {
  if (values.lowest < 0 || values.highest > 100) {
    throw ScaleError(fmt::format(
        "{} runs from {} to {}: no accuracy in percent (0 to 100) or as a fraction (0 to 1)",
        metric, values.lowest, values.highest));
  }
  const std::string name = lower(metric);
  const bool falls = runs_from(values.highest, values.lowest, values);
  const bool rises = runs_from(values.lowest, values.highest, values);
  const bool fraction = values.highest <= 1;
  if (names_error(name) && rises) {
    throw ScaleError(
        fmt::format("{} is named an error rate but rises from {} to {}; say --scale {}", metric,
                    values.first, values.last, fraction ? "fraction" : "percent"));
  }
  if (!names_error(name) && !names_accuracy(name) && falls) {
    throw ScaleError(fmt::format(
        "{} falls from {} to {}: an error rate? say --scale {} if it is, --scale {} if not", metric,
        values.first, values.last, fraction ? "error-fraction" : "error-percent",
        fraction ? "fraction" : "percent"));
  }
  if (values.lowest == values.highest && values.highest == 1) {
    throw ScaleError(fmt::format(
        "every {} is 1: 1 % or 100 %? say --scale percent or --scale fraction", metric));
  }
  if (names_error(name)) return fraction ? Scale::kErrorFraction : Scale::kErrorPercent;
  return fraction ? Scale::kFraction : Scale::kPercent;
}

double target_percent(double target, Scale scale) {
  if (!(target > 0) || target > 100) {
    throw ScaleError(fmt::format("target {} is no accuracy: give percent, such as 79.1", target));
  }
  const bool fraction = scale == Scale::kFraction || scale == Scale::kErrorFraction;
  if (target <= 1 && !fraction) {
    throw ScaleError(
        fmt::format("target {} looks like a fraction, the log is in percent: say --target {:.6g}",
                    target, 100 * target));
  }
  return target <= 1 ? 100 * target : target;
}

bool reaches(double value, Scale scale, double percent) {
  return percent_of(value, scale) >= percent - 100 * kRounding;
}

}  // namespace flopprof::to_accuracy
