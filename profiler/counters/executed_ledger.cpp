#include "profiler/counters/executed_ledger.h"

#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "profiler/counters/counter.h"
#include "profiler/record/step.h"

namespace flopprof::counters {
namespace {

std::vector<FlopClass> classes_of(const std::vector<CounterSet>& sets) {
  std::set<FlopClass> classes;
  for (const CounterSet& set : sets) {
    for (const std::string& metric : set.metrics) {
      if (const auto counter = counter_of(metric)) classes.insert(counter->flop_class);
    }
  }
  return {classes.begin(), classes.end()};
}

std::optional<std::int64_t> in_64_bits(const Flops& flops) {
  constexpr auto kMost = static_cast<unsigned __int128>(std::numeric_limits<std::int64_t>::max());
  if (flops.count > kMost) return std::nullopt;
  return static_cast<std::int64_t>(flops.count);
}

}  // namespace

ExecutedLedger::Entry& ExecutedLedger::entry(const std::vector<CounterSet>& sets, const Key& key) {
  const auto known = entries_.find(key);
  if (known != entries_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, known->second.at);
    return known->second;
  }
  if (entries_.size() >= kMost) {
    const auto oldest = entries_.find(by_use_.back());
    if (oldest->second.changed) tell(oldest->first, oldest->second);
    entries_.erase(oldest);
    by_use_.pop_back();
  }
  by_use_.push_front(key);
  return entries_
      .emplace(
          key,
          Entry{.work = ExecutedWork(sets), .classes = classes_of(sets), .at = by_use_.begin()})
      .first->second;
}

std::int64_t ExecutedLedger::add(const std::vector<CounterSet>& sets, const Counted& counted) {
  Entry& entry = this->entry(sets, {counted.signature, counted.device});
  const std::int64_t no_counts = entry.work.add(*counted.set, counted.values);
  entry.changed = true;
  ++entry.counted;
  if (counted.step == kOutsideSteps) return no_counts;
  for (const ExecutedClass& row : entry.work.of_step(*counted.set, counted.values)) {
    if (row.source != ExecutedSource::kCounted || !row.flops) continue;
    const auto flops = in_64_bits(*row.flops);
    if (!flops) {
      ++changes_.unknown;
      continue;
    }
    changes_.steps.push_back({.step = counted.step,
                              .device = counted.device,
                              .flop_class = row.flop_class,
                              .flops = *flops});
  }
  return no_counts;
}

bool ExecutedLedger::adds_nothing(std::int64_t signature, std::int64_t device,
                                  const CounterSet& set) const {
  const auto at = entries_.find({signature, device});
  return at == entries_.end() || at->second.work.adds_nothing(set);
}

void ExecutedLedger::tell(const Key& key, Entry& entry) {
  if (entry.counted == 1 && !entry.told && told_ >= kMostCountedOnce) return;
  if (!std::exchange(entry.told, true)) ++told_;
  for (const FlopClass flop_class : entry.classes) {
    const ExecutedEstimate estimate = entry.work.of_class(flop_class);
    const bool known = estimate.missing == 0 && estimate.repeats > 0;
    const auto flops = known ? in_64_bits(estimate.mean) : std::nullopt;
    if (known && !flops) ++changes_.unknown;
    changes_.signatures.push_back({.signature = key.first,
                                   .device = key.second,
                                   .flop_class = flop_class,
                                   .flops = flops,
                                   .repeats = estimate.repeats,
                                   .spread = estimate.spread,
                                   .data_dependent = estimate.data_dependent,
                                   .margin95 = estimate.margin95});
  }
}

ExecutedLedger::Changes ExecutedLedger::take_changes() {
  for (auto& [key, entry] : entries_) {
    if (std::exchange(entry.changed, false)) tell(key, entry);
  }
  return std::exchange(changes_, {});
}

}  // namespace flopprof::counters
