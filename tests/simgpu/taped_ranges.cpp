#include "tests/simgpu/taped_ranges.h"

namespace simgpu {
namespace {

std::string joined(const std::vector<std::string>& metrics) {
  std::string all;
  for (const std::string& metric : metrics) all += metric + "\n";
  return all;
}

}  // namespace

TapedRanges::TapedRanges(const Tape& tape) {
  for (const TapeEvent& event : tape.events()) {
    if (event.kind != TapeKind::kCounterData) continue;
    const auto told = event.head<TapeCounterData>();
    const std::string_view rest = event.text_after(sizeof told);
    const std::string_view metrics = rest.substr(0, told.metrics_bytes);
    const auto image = event.payload.subspan(sizeof told + metrics.size());
    by_metrics_[std::string(metrics)].ranges.push_back({.told = told, .image = image});
  }
}

std::size_t TapedRanges::bytes(const std::vector<std::string>& metrics) const {
  const auto found = by_metrics_.find(joined(metrics));
  return found == by_metrics_.end() ? 0 : found->second.ranges.front().image.size();
}

const TapedRange* TapedRanges::next(const std::vector<std::string>& metrics) {
  const auto found = by_metrics_.find(joined(metrics));
  if (found == by_metrics_.end()) return nullptr;
  Series& series = found->second;
  return series.played < series.ranges.size() ? &series.ranges[series.played++] : nullptr;
}

TapedRanges* taped_ranges() {
  static TapedRanges* const ranges = tape() == nullptr ? nullptr : new TapedRanges(*tape());
  return ranges;
}

}  // namespace simgpu
