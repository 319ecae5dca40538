#include "profiler/diff/rank_test.h"

#include <algorithm>
#include <cmath>

namespace flopprof::diff {
namespace {

constexpr std::size_t kMostForExact = 30;

struct Ranked {
  double rank_sum_a = 0;
  double tie_term = 0;  ///< sum over groups of ties of t^3 - t
};

Ranked ranked(std::span<const double> a, std::span<const double> b) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : a) all.emplace_back(value, true);
  for (const double value : b) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  Ranked result;
  for (std::size_t first = 0; first < all.size();) {
    std::size_t end = first;
    std::size_t of_a = 0;
    for (; end < all.size() && all[end].first == all[first].first; ++end) of_a += all[end].second;
    const auto ties = static_cast<double>(end - first);
    const double rank = (static_cast<double>(first + end) + 1) / 2;
    result.rank_sum_a += rank * static_cast<double>(of_a);
    result.tie_term += ties * ties * ties - ties;
    first = end;
  }
  return result;
}

/// Of all orders of m and n values, the share whose U is at most `u`.
double share_up_to(std::size_t m, std::size_t n, std::size_t u) {
  // ways[i][s]: orders of i of the m values among j of the n that have U = s.
  std::vector<std::vector<double>> ways(m + 1, std::vector<double>(m * n + 1, 0));
  for (std::size_t i = 0; i <= m; ++i) ways[i][0] = 1;
  for (std::size_t j = 1; j <= n; ++j) {
    for (std::size_t i = 1; i <= m; ++i) {
      for (std::size_t s = m * n; s >= j; --s) {
        // In place: row i - 1 is of j already, row i still of j - 1.
        ways[i][s] += ways[i - 1][s - j];
      }
    }
  }
  double below = 0;
  double all = 0;
  for (std::size_t s = 0; s <= m * n; ++s) {
    all += ways[m][s];
    if (s <= u) below += ways[m][s];
  }
  return below / all;
}

double normal_p(double u, double m, double n, double tie_term) {
  const double total = m + n;
  const double variance = m * n / 12 * (total + 1 - tie_term / (total * (total - 1)));
  if (variance <= 0) return 1;
  const double distance = std::max(0.0, std::abs(u - m * n / 2) - 0.5);
  return std::erfc(distance / std::sqrt(2 * variance));
}

}  // namespace

RankTest rank_test(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  const auto m = static_cast<double>(a.size());
  const auto n = static_cast<double>(b.size());
  const Ranked ranks = ranked(a, b);
  RankTest test{.u = ranks.rank_sum_a - m * (m + 1) / 2};
  test.exact = ranks.tie_term == 0 && a.size() <= kMostForExact && b.size() <= kMostForExact;
  if (test.exact) {
    const auto smaller = static_cast<std::size_t>(std::min(test.u, m * n - test.u));
    test.p = std::min(1.0, 2 * share_up_to(a.size(), b.size(), smaller));
  } else {
    test.p = normal_p(test.u, m, n, ranks.tie_term);
  }
  return test;
}

double least_p(std::size_t a, std::size_t b) {
  double orders = 1;  // a + b over a
  for (std::size_t at = 1; at <= a; ++at) {
    orders *= static_cast<double>(b + at) / static_cast<double>(at);
  }
  return std::min(1.0, 2 / orders);
}

std::vector<double> batch_medians(std::span<const std::int64_t> values, std::size_t most) {
  const std::size_t batches = std::min(most, values.size());
  std::vector<double> medians;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const std::size_t first = batch * values.size() / batches;
    const std::size_t end = (batch + 1) * values.size() / batches;
    std::vector<std::int64_t> sorted(values.begin() + static_cast<std::ptrdiff_t>(first),
                                     values.begin() + static_cast<std::ptrdiff_t>(end));
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    const auto upper = static_cast<double>(sorted[middle]);
    medians.push_back(
        sorted.size() % 2 == 1 ? upper : (upper + static_cast<double>(sorted[middle - 1])) / 2);
  }
  return medians;
}

}  // namespace flopprof::diff
