#include "profiler/counters/split_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "profiler/counters/class_split.h"
#include "profiler/counters/counter.h"

namespace flopprof::counters {
namespace {

std::optional<std::int64_t> count_in(double value) {
  constexpr double kBeyond = 0x1p61;
  if (!(value >= 0) || value >= kBeyond) return std::nullopt;
  return std::llround(value);
}

std::uint64_t hash_of(const std::vector<OrderedLaunch>& launches, std::int64_t first) {
  std::uint64_t hash = 0;
  for (std::int64_t i = 0; i < first; ++i)
    hash = order_hash(hash, launches[static_cast<std::size_t>(i)].identity);
  return hash;
}

bool names_operators(const std::vector<OrderedLaunch>& launches) {
  return std::any_of(launches.begin(), launches.end(),
                     [](const OrderedLaunch& launch) { return *launch.op != '\0'; });
}

bool patches_kernels(const CounterSet& set) {
  return std::any_of(set.metrics.begin(), set.metrics.end(), [](const std::string& metric) {
    return metric.find("__sass_") != std::string::npos;
  });
}

/// The first set that counts `metric`, one that does not slow the kernels down if there is one.
std::optional<std::size_t> set_with(const std::vector<CounterSet>& sets,
                                    const std::string& metric) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto& metrics = sets[i].metrics;
    if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) continue;
    if (!patches_kernels(sets[i])) return i;
    if (!found) found = i;
  }
  return found;
}

}  // namespace

void SplitLedger::make_room() {
  while (by_use_.size() > 1 && (entries_.size() > kMostSignatures || launches_ > kMostLaunches)) {
    const auto oldest = entries_.find(by_use_.back());
    launches_ -= oldest->second.launches.size();
    entries_.erase(oldest);
    by_use_.pop_back();
  }
}

SplitLedger::Entry& SplitLedger::entry(std::int64_t signature) {
  const auto known = entries_.find(signature);
  if (known != entries_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, known->second.at);
    return known->second;
  }
  by_use_.push_front(signature);
  Entry& made = entries_[signature];
  made.at = by_use_.begin();
  make_room();
  return made;
}

void SplitLedger::know(std::int64_t signature, std::vector<OrderedLaunch> launches) {
  Entry& entry = this->entry(signature);
  if (!entry.launches.empty()) {
    const auto same = [](const OrderedLaunch& a, const OrderedLaunch& b) {
      return a.identity == b.identity;
    };
    const bool better = !names_operators(entry.launches) && names_operators(launches) &&
                        std::equal(entry.launches.begin(), entry.launches.end(), launches.begin(),
                                   launches.end(), same);
    if (!better) return;
  }
  launches_ += launches.size() - entry.launches.size();
  entry.launches = std::move(launches);
  for (auto& [number, device] : entry.devices) device.shape = shape_of(entry.launches, number);
  entry.changed = entry.wants_more = true;
  make_room();
}

void SplitLedger::add(const std::vector<CounterSet>& sets, const Counted& counted) {
  Entry& entry = this->entry(counted.signature);
  const auto launches = static_cast<std::int64_t>(entry.launches.size());
  if (counted.cut && (counted.cut->launches >= launches ||
                      counted.cut->hash != hash_of(entry.launches, counted.cut->launches)))
    return;  // of an order that is forgotten
  const auto [at, is_new] = entry.devices.try_emplace(counted.device);
  Device& device = at->second;
  if (is_new) device.shape = shape_of(entry.launches, counted.device);
  device.sets = &sets;
  const std::vector<std::string>& metrics = sets[counted.set].metrics;
  for (std::size_t i = 0; i < metrics.size() && i < counted.values.size(); ++i) {
    if (!counter_of(metrics[i])) continue;
    Metric& metric = device.metrics[metrics[i]];
    const auto count = count_in(counted.values[i]);
    if (!count) {
      metric.steady = false;
    } else if (counted.cut) {
      const auto& known = *metric.prefixes.emplace(counted.cut->launches, *count).first;
      metric.steady = metric.steady && known.second == *count;
    } else {
      metric.steady = metric.steady && metric.total.value_or(*count) == *count;
      metric.total = count;
    }
  }
  entry.changed = entry.wants_more = true;
}

std::vector<SplitLedger::Wanted> SplitLedger::wanted_of(const Entry& entry) {
  constexpr std::size_t kMostAtOnce = 32;
  constexpr std::size_t kMostCuts = 1024;
  const auto launches = static_cast<std::int64_t>(entry.launches.size());
  std::vector<Wanted> wanted;
  std::set<std::pair<std::size_t, std::int64_t>> places;
  for (const auto& [number, device] : entry.devices) {
    for (const auto& [name, metric] : device.metrics) {
      if (!metric.steady || metric.total.value_or(0) == 0 || metric.prefixes.size() > kMostCuts)
        continue;
      const auto set = set_with(*device.sets, name);
      const auto stretches = stretches_of(launches, *metric.total, metric.prefixes);
      if (!set || !stretches) continue;
      const MetricSplit split = split_of(device.shape, *stretches);
      for (const std::int64_t cut : next_cuts(device.shape, split.mixed, kMostAtOnce)) {
        if (!places.emplace(*set, cut).second) continue;
        wanted.push_back(
            {.set = *set, .cut = {.launches = cut, .hash = hash_of(entry.launches, cut)}});
      }
    }
  }
  return wanted;
}

std::map<std::int64_t, std::vector<SplitLedger::Wanted>> SplitLedger::take_wanted() {
  std::map<std::int64_t, std::vector<Wanted>> wanted;
  for (auto& [signature, entry] : entries_) {
    if (entry.launches.empty() || !std::exchange(entry.wants_more, false)) continue;
    wanted[signature] = wanted_of(entry);
  }
  return wanted;
}

/// Of each class, if all its counters are known and steady.
ExecutedSplit SplitLedger::split(std::int64_t signature, const Entry& entry) {
  ExecutedSplit result{.signature = signature, .classes = {}, .parts = {}};
  const auto launches = static_cast<std::int64_t>(entry.launches.size());
  for (const auto& [number, device] : entry.devices) {
    ClassSplits splits(number, device.shape, *device.sets);
    for (const auto& [name, metric] : device.metrics) {
      const auto stretches = metric.steady && metric.total
                                 ? stretches_of(launches, *metric.total, metric.prefixes)
                                 : std::nullopt;
      if (stretches)
        splits.add(name, *metric.total, split_of(device.shape, *stretches),
                   static_cast<std::int64_t>(metric.prefixes.size()));
    }
    splits.tell(result);
  }
  return result;
}

std::vector<ExecutedSplit> SplitLedger::take_changes() {
  std::vector<ExecutedSplit> changes;
  for (auto& [signature, entry] : entries_) {
    if (entry.launches.empty() || entry.devices.empty()) continue;
    if (std::exchange(entry.changed, false)) changes.push_back(split(signature, entry));
  }
  return changes;
}

}  // namespace flopprof::counters
