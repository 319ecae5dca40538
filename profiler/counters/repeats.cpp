#include "profiler/counters/repeats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flopprof::counters {

void Repeats::add(std::int64_t flops) {
  if (count_ == 0) first_ = least_ = greatest_ = flops;
  ++count_;
  least_ = std::min(least_, flops);
  greatest_ = std::max(greatest_, flops);
  sum_.count += static_cast<std::uint64_t>(flops);
  const auto beyond = static_cast<long double>(flops - first_);
  beyond_first_ += beyond;
  beyond_first_squared_ += beyond * beyond;
}

Flops Repeats::mean() const {
  if (count_ == 0) return {};
  return {sum_.count / static_cast<std::uint64_t>(count_)};
}

double Repeats::variance_of_mean() const {
  if (count_ < 2) return 0;
  const auto n = static_cast<long double>(count_);
  const long double squares = beyond_first_squared_ - beyond_first_ * beyond_first_ / n;
  return static_cast<double>(std::max(squares, 0.0L) / (n - 1) / n);
}

double margin95(double variance_of_mean, std::int64_t repeats) {
  if (variance_of_mean == 0) return 0;
  if (repeats < 2) return std::numeric_limits<double>::infinity();
  constexpr std::array kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571,
                                     2.447,  2.365, 2.306, 2.262, 2.228};
  constexpr double kOf30 = 2.042;
  const std::int64_t freedom = repeats - 1;
  double quantile = freedom >= 30 ? kOf30 : kQuantiles.back();
  if (freedom <= std::ssize(kQuantiles))
    quantile = kQuantiles[static_cast<std::size_t>(freedom - 1)];
  return quantile * std::sqrt(variance_of_mean);
}

}  // namespace flopprof::counters
