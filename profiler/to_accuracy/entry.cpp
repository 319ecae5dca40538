#include "profiler/to_accuracy/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace flopprof::to_accuracy {
namespace {

// AlexNet: 0.77e9 multiply-adds x 3 x 1.28e6 images x 90 epochs. GNMT: 1.4e20. The other two are
// known as printed only.
const std::array<Level, 4> kLevels = {{
    {"AlexNet", "top5", 79.1, 2.66112e17 / kTfsDay, Convention::kMac, "Image classification",
     "ImageNet-1k"},
    {"ResNet-50", "top5", 92.9, 17, Convention::kMac, "Image classification", "ImageNet-1k"},
    {"Seq2Seq", "bleu", 34.8, 465, Convention::kFlop, "Translation", "WMT14 English-French"},
    {"GNMT", "bleu", 39.92, 1.4e20 / kTfsDay, Convention::kFlop, "Translation",
     "WMT14 English-French"},
}};

/// Published targets are rounded to a tenth: 79.066 is AlexNet's own.
constexpr double kHalfATenth = 0.05;

template <typename Number>
bool whole(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

const Level& level_named(std::string_view name) {
  std::string list;
  for (const Level& level : kLevels) {
    if (level.name == name) return level;
    list += (list.empty() ? "" : ", ") + level.name;
  }
  throw EntryError(fmt::format("no level '{}' in the data set; there are: {}", name, list));
}

const Level& level_of(const EntryWords& words) {
  return words.own_level ? *words.own_level : level_named(words.level);
}

std::chrono::year_month_day parse_date(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      whole(text.substr(0, 4), year) && whole(text.substr(5, 2), month) &&
                      whole(text.substr(8), day);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!shaped) throw EntryError(fmt::format("date '{}' is not written YYYY-MM-DD", text));
  if (!date.ok()) throw EntryError(fmt::format("date {} does not exist", text));
  return date;
}

std::string two_digits(double value) {
  if (!(value > 0)) return "0";
  if (value >= 99.5) return fmt::format("{:.0f}", value);
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(value))));
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void check_level(const Level& level, const std::string& metric,
                 const std::vector<TargetResult>& results) {
  if (metric != level.metric) {
    throw EntryError(
        fmt::format("{} level is {} {}, not {}", level.name, level.metric, level.target, metric));
  }
  for (const TargetResult& result : results) {
    if (result.target < level.target - kHalfATenth - 1e-9) {
      throw EntryError(fmt::format("{} level is {} {}, the target was {:.6g}", level.name,
                                   level.metric, level.target, result.target));
    }
    if (!result.reached) continue;
    if (result.accuracy < level.target - kHalfATenth - 1e-9) {
      throw EntryError(fmt::format("{} level is {} {}, the tolerance let {:.6g} pass", level.name,
                                   level.metric, level.target, result.accuracy));
    }
    if (result.work && result.work->steps_without_flops > 0) {
      throw EntryError(
          fmt::format("{} of the steps to the target have no FLOPs: the sum would be too small",
                      result.work->steps_without_flops));
    }
    if (flops_of(result).count == 0)
      throw EntryError("no FLOPs: give a run, or --nominal --macs-per-image");
  }
}

}  // namespace flopprof::to_accuracy
