#include "profiler/convolution/measured.h"

#include <algorithm>
#include <cmath>

namespace flopprof::convolution {
namespace {

/// Between the two samples that lie nearest to `share` of the way through.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - std::floor(place));
}

}  // namespace

Times times_of(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  Times times{
      .median = quantile(seconds, 0.5), .least = seconds.front(), .greatest = seconds.back()};
  if (times.median > 0) {
    times.spread = (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / times.median;
  }
  return times;
}

Flops Executed::all() const {
  Flops all;
  for (const auto& [flop_class, flops] : by_class) all.count += flops.count;
  return all;
}

std::optional<double> effective_flops_per_second(const Analysis& analysis,
                                                 const std::optional<Times>& times) {
  if (!times || times->median <= 0) return std::nullopt;
  return static_cast<double>(analysis.algorithmic_flops) / times->median;
}

std::optional<double> executed_flops_per_second(const Executed& executed,
                                                const std::optional<Times>& times) {
  const bool known = executed.source != CountSource::kNone && !executed.repeats_disagree;
  if (!known || !times || times->median <= 0) return std::nullopt;
  return static_cast<double>(executed.all().count) / times->median;
}

std::optional<double> share_of_peak(const Executed& executed, const std::optional<Times>& times,
                                    const flops::Peaks& peaks) {
  if (!executed_flops_per_second(executed, times)) return std::nullopt;
  double seconds_at_peak = 0;
  for (const auto& [flop_class, flops] : executed.by_class) {
    if (flops.count == 0) continue;
    const auto peak = peaks.of(flop_class);
    if (!peak) return std::nullopt;
    seconds_at_peak += static_cast<double>(flops.count) / peak->flops_per_second;
  }
  return seconds_at_peak / times->median;
}

}  // namespace flopprof::convolution
