#include "profiler/diff/quantity.h"

#include <algorithm>

#include "profiler/diff/rank_test.h"

namespace flopprof::diff {
namespace {

using Wide = unsigned __int128;

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

/// a / per.a = b / per.b, exactly. Sums reach 10^26 and steps 10^9, which 128 bits hold.
bool is_equal(Wide a, Wide b, Divisors per) {
  return a * static_cast<Wide>(per.b) == b * static_cast<Wide>(per.a);
}

std::optional<double> change_of(double a, double b, Divisors per) {
  if (a == 0) return b == 0 ? std::optional<double>(0) : std::nullopt;
  return b / static_cast<double>(per.b) / (a / static_cast<double>(per.a)) - 1;
}

template <typename Number>
Verdict presence(const std::optional<Number>& a, const std::optional<Number>& b) {
  if (a) return Verdict::kOnlyInA;
  return b ? Verdict::kOnlyInB : Verdict::kInNeither;
}

double median_of(std::span<const std::int64_t> values) { return batch_medians(values, 1).front(); }

}  // namespace

Quantity flops_quantity(std::string key, std::string title, std::optional<Flops> a,
                        std::optional<Flops> b, Divisors per, bool extrapolated) {
  Quantity quantity{.key = std::move(key), .title = std::move(title)};
  if (a) quantity.a = *a;
  if (b) quantity.b = *b;
  if (!a || !b) {
    quantity.verdict = presence(a, b);
    return quantity;
  }
  quantity.change = change_of(static_cast<double>(a->count), static_cast<double>(b->count), per);
  if (is_equal(a->count, b->count, per)) {
    quantity.change = 0;
    quantity.verdict = Verdict::kEqual;
  } else {
    quantity.verdict = extrapolated ? Verdict::kDiffersExtrapolated : Verdict::kDiffers;
  }
  return quantity;
}

Quantity count_quantity(std::string key, std::string title, std::optional<std::int64_t> a,
                        std::optional<std::int64_t> b, Divisors per) {
  Quantity quantity{.key = std::move(key), .title = std::move(title)};
  if (a) quantity.a = *a;
  if (b) quantity.b = *b;
  if (!a || !b) {
    quantity.verdict = presence(a, b);
    return quantity;
  }
  quantity.change = change_of(static_cast<double>(*a), static_cast<double>(*b), per);
  const bool equal = is_equal(static_cast<Wide>(*a), static_cast<Wide>(*b), per);
  quantity.verdict = equal ? Verdict::kEqual : Verdict::kDiffers;
  return quantity;
}

Quantity time_quantity(std::string key, std::string title, std::optional<std::int64_t> a_ns,
                       std::optional<std::int64_t> b_ns, Divisors per) {
  Quantity quantity{.key = std::move(key), .title = std::move(title)};
  if (a_ns) quantity.a = seconds(*a_ns);
  if (b_ns) quantity.b = seconds(*b_ns);
  quantity.verdict = a_ns && b_ns ? Verdict::kNotTested : presence(a_ns, b_ns);
  if (a_ns && b_ns) quantity.change = change_of(seconds(*a_ns), seconds(*b_ns), per);
  return quantity;
}

Quantity tested_quantity(std::string key, std::string title, std::span<const std::int64_t> a_ns,
                         std::span<const std::int64_t> b_ns) {
  Quantity quantity{.key = std::move(key), .title = std::move(title), .is_cost = true};
  if (!a_ns.empty()) quantity.a = median_of(a_ns) / 1e9;
  if (!b_ns.empty()) quantity.b = median_of(b_ns) / 1e9;
  if (a_ns.empty() || b_ns.empty()) {
    if (!a_ns.empty()) quantity.verdict = Verdict::kOnlyInA;
    if (!b_ns.empty()) quantity.verdict = Verdict::kOnlyInB;
    return quantity;
  }
  quantity.change = change_of(median_of(a_ns), median_of(b_ns), {});
  const std::vector<double> a = batch_medians(a_ns, kMostBatches);
  const std::vector<double> b = batch_medians(b_ns, kMostBatches);
  if (least_p(a.size(), b.size()) >= kAlpha) {
    quantity.verdict = Verdict::kTooFewSteps;
    return quantity;
  }
  quantity.p = rank_test(a, b).p;
  quantity.verdict = *quantity.p < kAlpha ? Verdict::kOutsideNoise : Verdict::kWithinNoise;
  return quantity;
}

}  // namespace flopprof::diff
