#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/counters/counter.h"
#include "profiler/counters/counter_sets.h"
#include "profiler/counters/repeats.h"
#include "profiler/flops/checked.h"
#include "profiler/record/flop_class.h"
#include "profiler/record/flops.h"

namespace flopprof::counters {

/// The FLOPs that a counter's value stands for. The profiler hands values out as doubles: what is
/// negative or no number is unknown, what leaves 64 bits overflows.
flops::Checked flops_of(const Counter& counter, double value);

/// Where the executed FLOPs of a class in one step come from.
enum class ExecutedSource {
  kNone,          ///< no step like this one had all counters of the class
  kExtrapolated,  ///< some or all of its counters counted other steps of the same signature
  kCounted,       ///< all its counters counted this step
};

struct ExecutedClass {
  FlopClass flop_class = FlopClass::kFp32;
  ExecutedSource source = ExecutedSource::kNone;
  std::optional<Flops> flops;  ///< nothing where the source is kNone
};

/// What a step of one signature executes of a class, or of all classes.
struct ExecutedEstimate {
  Flops mean;
  std::int64_t repeats = 0;     ///< of the counter that counted the fewest steps
  std::int64_t missing = 0;     ///< counters that have counted no step: `mean` leaves them out
  double spread = 0;            ///< the most that repeats disagree, as a share of the mean
  bool data_dependent = false;  ///< repeats disagree by more than kAgreement: `mean` is no count
  double margin95 = 0;  ///< FLOPs to either side of the mean, with 95 % confidence; 0 unless
                        ///< data_dependent
};

/// Repeats of one counter that differ by less are the same work: what differs is the profiler's.
inline constexpr double kAgreement = 1e-3;

/// What the steps of one launch signature execute, put together from steps of which each was
/// counted with one set of counters. Steps of other signatures do not belong here.
class ExecutedWork {
 public:
  /// `sets`: all sets of the chip. Between them they hold every FLOP counter that it has.
  explicit ExecutedWork(const std::vector<CounterSet>& sets);

  /// A step of this signature was counted with `set`, one value a metric. Values that are no counts
  /// are left out; answers how many: a fault.
  std::int64_t add(const CounterSet& set, std::span<const double> values);

  /// Of each class that the chip has counters of, for the step counted with `set`.
  std::vector<ExecutedClass> of_step(const CounterSet& set, std::span<const double> values) const;

  ExecutedEstimate of_class(FlopClass flop_class) const;
  ExecutedEstimate of_all() const;

  /// Whether the counters that stand in `set` and in no set before it were zero in every step so
  /// far; false while one of them has counted no step.
  bool adds_nothing(const CounterSet& set) const;

 private:
  struct Counted {
    Counter counter;
    std::string first_set;
    Repeats repeats;
  };
  using Own =
      std::map<std::string, flops::Checked>;  // by metric: what this step's own counters said

  std::vector<ExecutedClass> by_class(const Own& own) const;
  ExecutedEstimate estimate(std::optional<FlopClass> flop_class) const;

  std::map<std::string, Counted> counters_;  // by metric
};

}  // namespace flopprof::counters
