#include "kernels/spread.h"

#include <algorithm>
#include <cstddef>

namespace flopprof::kernels {
namespace {

/// Between the two samples on either side of the place, in proportion.
double at_share(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Spread spread_of(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  Spread spread;
  spread.median = at_share(samples, 0.5);
  spread.least = samples.front();
  spread.greatest = samples.back();
  const double between = at_share(samples, 0.75) - at_share(samples, 0.25);
  spread.share = spread.median > 0 ? between / spread.median : 0;
  return spread;
}

}  // namespace flopprof::kernels
