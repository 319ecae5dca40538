#include "profiler/counters/executed.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace flopprof::counters {
namespace {

void check_one_value_a_metric(const CounterSet& set, std::span<const double> values) {
  if (values.size() != set.metrics.size()) {
    throw std::invalid_argument("the counter set " + set.name + " has " +
                                std::to_string(set.metrics.size()) + " metrics, not " +
                                std::to_string(values.size()));
  }
}

}  // namespace

flops::Checked flops_of(const Counter& counter, double value) {
  constexpr double kBeyond = 0x1p63;
  if (!(value >= 0)) return flops::Checked::unknown();
  if (value >= kBeyond) return flops::Checked(std::numeric_limits<std::int64_t>::max()) * 2;
  return flops::Checked(std::llround(value)) * counter.weight;
}

ExecutedWork::ExecutedWork(const std::vector<CounterSet>& sets) {
  for (const CounterSet& set : sets) {
    for (const std::string& metric : set.metrics) {
      if (const auto counter = counter_of(metric))
        counters_.try_emplace(metric, Counted{*counter, set.name, {}});
    }
  }
}

std::int64_t ExecutedWork::add(const CounterSet& set, std::span<const double> values) {
  check_one_value_a_metric(set, values);
  std::int64_t left_out = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = counters_.find(set.metrics[i]);
    if (found == counters_.end()) continue;
    const flops::Checked flops = flops_of(found->second.counter, values[i]);
    if (flops.ok()) {
      found->second.repeats.add(flops.value());
    } else {
      ++left_out;
    }
  }
  return left_out;
}

std::vector<ExecutedClass> ExecutedWork::of_step(const CounterSet& set,
                                                 std::span<const double> values) const {
  check_one_value_a_metric(set, values);
  Own own;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = counters_.find(set.metrics[i]);
    if (found != counters_.end()) own[set.metrics[i]] = flops_of(found->second.counter, values[i]);
  }
  return by_class(own);
}

std::vector<ExecutedClass> ExecutedWork::by_class(const Own& own) const {
  std::map<FlopClass, ExecutedClass> classes;
  for (const auto& [metric, counted] : counters_) {
    const FlopClass flop_class = counted.counter.flop_class;
    const bool is_first = !classes.contains(flop_class);
    ExecutedClass& sum = classes[flop_class];
    if (is_first) sum = {flop_class, ExecutedSource::kCounted, Flops{}};
    const auto said = own.find(metric);
    const bool counted_here = said != own.end() && said->second.ok();
    if (!counted_here && counted.repeats.count() == 0)
      sum = {flop_class, ExecutedSource::kNone, {}};
    if (sum.source == ExecutedSource::kNone) continue;
    if (!counted_here) sum.source = ExecutedSource::kExtrapolated;
    sum.flops->count += counted_here ? static_cast<std::uint64_t>(said->second.value())
                                     : counted.repeats.mean().count;
  }
  std::vector<ExecutedClass> list;
  for (const auto& [flop_class, sum] : classes) list.push_back(sum);
  return list;
}

ExecutedEstimate ExecutedWork::of_class(FlopClass flop_class) const { return estimate(flop_class); }

ExecutedEstimate ExecutedWork::of_all() const { return estimate(std::nullopt); }

/// The counters of a class are independent samples: their variances add up, and their spreads are
/// added too, for the steps of one need not be the steps of another.
ExecutedEstimate ExecutedWork::estimate(std::optional<FlopClass> flop_class) const {
  ExecutedEstimate result;
  double spread = 0;
  double variance = 0;
  std::int64_t fewest_disagreeing = 0;
  for (const auto& [metric, counted] : counters_) {
    if (flop_class && counted.counter.flop_class != *flop_class) continue;
    const Repeats& repeats = counted.repeats;
    if (repeats.count() == 0) {
      ++result.missing;
      continue;
    }
    result.repeats =
        result.repeats == 0 ? repeats.count() : std::min(result.repeats, repeats.count());
    result.mean.count += repeats.mean().count;
    spread += static_cast<double>(repeats.spread());
    variance += repeats.variance_of_mean();
    if (repeats.spread() == 0) continue;
    fewest_disagreeing =
        fewest_disagreeing == 0 ? repeats.count() : std::min(fewest_disagreeing, repeats.count());
  }
  if (spread == 0) return result;
  result.spread = spread / std::max(1.0, static_cast<double>(result.mean.count));
  result.data_dependent = result.spread > kAgreement;
  if (result.data_dependent) result.margin95 = margin95(variance, fewest_disagreeing);
  return result;
}

bool ExecutedWork::adds_nothing(const CounterSet& set) const {
  return std::all_of(counters_.begin(), counters_.end(), [&](const auto& entry) {
    const auto& [counter, first_set, repeats] = entry.second;
    return first_set != set.name ||
           (repeats.count() > 0 && repeats.mean().count == 0 && repeats.spread() == 0);
  });
}

}  // namespace flopprof::counters
