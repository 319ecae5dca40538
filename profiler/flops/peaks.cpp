#include "profiler/flops/peaks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kPeaksCsv.h"

namespace flopprof::flops {
namespace {

/// The columns of data/peaks.csv.
enum Column {
  kCard,
  kFigure,
  kValue,
  kRoundedTo,
  kAccumulates,
  kDensity,
  kFlopPerClockPerSm,
  kClockMhz,
  kSource,
  kColumns
};
using Row = std::array<std::string_view, kColumns>;

/// The rows of the file that is compiled in, whose fields never need quotes.
std::vector<Row> read_rows() {
  std::vector<Row> rows;
  std::string_view text = kPeaksCsv;
  text.remove_prefix(text.find('\n') + 1);
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    Row row;
    for (std::string_view& field : row) {
      field = line.substr(0, line.find(','));
      line.remove_prefix(std::min(line.size(), field.size() + 1));
    }
    rows.push_back(row);
  }
  return rows;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = read_rows();
  return rows;
}

std::optional<double> number(std::string_view field, double unit) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value * unit;
}

Peak peak_in(const Row& row) {
  return {.class_name = std::string(row[kFigure]),
          .flops_per_second = number(row[kValue], 1e12).value_or(0),
          .rounded_to = number(row[kRoundedTo], 1e12).value_or(0),
          .accumulates_fp16 = row[kAccumulates] == "fp16",
          .flops_per_clock_per_sm = number(row[kFlopPerClockPerSm], 1),
          .clock_hz = number(row[kClockMhz], 1e6),
          .source = std::string(row[kSource])};
}

void take(const Row& row, Peaks& peaks) {
  const std::string_view figure = row[kFigure];
  if (figure == "sms") {
    peaks.sms = number(row[kValue], 1);
  } else if (figure == "boost_clock_mhz") {
    peaks.boost_clock_hz = number(row[kValue], 1e6);
  } else if (figure == "gigabytes_per_second") {
    peaks.bytes_per_second = number(row[kValue], 1e9);
    peaks.bytes_source = row[kSource];
  } else if (row[kDensity] == "dense") {
    peaks.dense.push_back(peak_in(row));
  }
}

std::string_view without_vendor(std::string_view device_name) {
  constexpr std::string_view kVendor = "NVIDIA ";
  if (device_name.starts_with(kVendor)) device_name.remove_prefix(kVendor.size());
  return device_name;
}

}  // namespace

std::optional<Peak> Peaks::of(std::string_view class_name) const {
  for (const Peak& peak : dense) {
    if (peak.class_name == class_name && !peak.accumulates_fp16) return peak;
  }
  return std::nullopt;
}

std::optional<Peaks> peaks_of(std::string_view device_name) {
  const auto named = std::find_if(rows().begin(), rows().end(), [&](const Row& row) {
    return row[kCard] == device_name ||
           (row[kFigure] == "driver_name" &&
            without_vendor(row[kValue]) == without_vendor(device_name));
  });
  if (named == rows().end()) return std::nullopt;
  Peaks peaks{.card = std::string((*named)[kCard])};
  for (const Row& row : rows()) {
    if (row[kCard] == peaks.card) take(row, peaks);
  }
  return peaks;
}

std::vector<std::string> devices_with_peaks() {
  std::vector<std::string> devices;
  std::string_view card;
  for (const Row& row : rows()) {
    if (row[kFigure] == "driver_name" && row[kCard] != card) devices.emplace_back(row[kValue]);
    card = row[kCard];
  }
  return devices;
}

std::vector<std::string> cards_with_peaks() {
  std::vector<std::string> cards;
  for (const Row& row : rows()) {
    if (cards.empty() || cards.back() != row[kCard]) cards.emplace_back(row[kCard]);
  }
  return cards;
}

}  // namespace flopprof::flops
