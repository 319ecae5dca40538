#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/counters/counter_sets.h"
#include "profiler/counters/metric_split.h"
#include "profiler/record/step_order.h"

namespace flopprof::counters {

/// Tells the work of steps apart, signature by signature: from the order of their launches, from
/// what whole steps count, and from what others count up to where they were cut. Only of counters
/// that say the same to the last digit whenever they count the same.
///
/// Of the signatures that were counted last it remembers 64. Not thread-safe: the drain thread's.
class SplitLedger {
 public:
  struct Counted {
    std::int64_t signature = 0;
    std::int64_t device = 0;
    std::size_t set = 0;             ///< its place in `sets`
    std::span<const double> values;  ///< one a metric of the set
    std::optional<StepCut> cut;      ///< nothing: the whole step was counted
  };

  /// What steps of the signature launch, in this order. The first that is told stays, unless it
  /// lacks the operators and the other has them.
  void know(std::int64_t signature, std::vector<OrderedLaunch> launches);
  /// `sets`: all sets of the device's chip; they outlive this.
  void add(const std::vector<CounterSet>& sets, const Counted& counted);

  struct Wanted {
    std::size_t set = 0;
    StepCut cut;
  };
  /// Of each signature of which more was learnt since it was last asked: what to count next, the
  /// most telling first.
  std::map<std::int64_t, std::vector<Wanted>> take_wanted();

  /// They take the place of those with the same signatures.
  std::vector<ExecutedSplit> take_changes();

 private:
  static constexpr std::size_t kMostSignatures = 64;
  static constexpr std::size_t kMostLaunches = 1 << 18;  // of all signatures together

  struct Metric {
    std::optional<std::int64_t> total;
    std::map<std::int64_t, std::int64_t> prefixes;  // by the launches that they are of
    bool steady = true;
  };
  struct Device {
    const std::vector<CounterSet>* sets = nullptr;
    SplitShape shape;
    std::map<std::string, Metric> metrics;
  };
  struct Entry {
    std::vector<OrderedLaunch> launches;
    std::map<std::int64_t, Device> devices;
    std::list<std::int64_t>::iterator at;
    bool changed = false;
    bool wants_more = false;
  };

  Entry& entry(std::int64_t signature);
  void make_room();
  static std::vector<Wanted> wanted_of(const Entry& entry);
  static ExecutedSplit split(std::int64_t signature, const Entry& entry);

  std::map<std::int64_t, Entry> entries_;
  std::list<std::int64_t> by_use_;  // the latest in front
  std::size_t launches_ = 0;
};

}  // namespace flopprof::counters
