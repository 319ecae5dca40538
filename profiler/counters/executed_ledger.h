#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "profiler/counters/executed.h"
#include "profiler/record/gpu_work.h"

namespace flopprof::counters {

/// What counted steps say of all steps of their signatures, device by device. Of the signatures
/// that were counted last it remembers a few hundred. Where there are very many, one that was
/// counted once is not told, for its step says the same.
///
/// Not thread-safe: the drain thread's.
class ExecutedLedger {
 public:
  struct Counted {
    std::int64_t step = 0;  ///< or kOutsideSteps
    std::int64_t signature = 0;
    std::int64_t device = 0;
    const CounterSet* set = nullptr;  ///< one of `sets`
    std::span<const double> values;   ///< one a metric of the set
  };

  /// `sets`: all sets of the device's chip; they outlive this. Answers how many values were no
  /// counts: a fault.
  std::int64_t add(const std::vector<CounterSet>& sets, const Counted& counted);

  /// See ExecutedWork; true where nothing of the kind was counted.
  bool adds_nothing(std::int64_t signature, std::int64_t device, const CounterSet& set) const;

  struct Changes {
    std::vector<ExecutedStep> steps;            ///< new
    std::vector<ExecutedSignature> signatures;  ///< take the place of rows with the same keys
    std::int64_t unknown = 0;                   ///< beyond 64 bits: told as not known
  };
  Changes take_changes();

 private:
  static constexpr std::size_t kMost = 512;
  static constexpr std::size_t kMostCountedOnce = 16'384;
  using Key = std::pair<std::int64_t, std::int64_t>;  // signature, device
  struct Entry {
    ExecutedWork work;
    std::vector<FlopClass> classes;
    std::list<Key>::iterator at;
    std::int64_t counted = 0;
    bool told = false;
    bool changed = false;
  };

  Entry& entry(const std::vector<CounterSet>& sets, const Key& key);
  void tell(const Key& key, Entry& entry);

  std::map<Key, Entry> entries_;
  std::list<Key> by_use_;  // the latest in front
  std::size_t told_ = 0;
  Changes changes_;
};

}  // namespace flopprof::counters
