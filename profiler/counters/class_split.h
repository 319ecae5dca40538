#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profiler/counters/counter_sets.h"
#include "profiler/counters/metric_split.h"
#include "profiler/record/flop_class.h"
#include "profiler/record/step_order.h"

namespace flopprof::counters {

/// Puts the splits of counters together to those of classes of FLOPs, of one device and signature.
class ClassSplits {
 public:
  /// `sets`: all that the device's chip has.
  ClassSplits(std::int64_t device, const SplitShape& shape, const std::vector<CounterSet>& sets);

  /// `cuts`: how many there are.
  void add(const std::string& metric, std::int64_t total, const MetricSplit& split,
           std::int64_t cuts);

  /// The classes all of whose counters were added, and whose FLOPs 64 bits hold.
  void tell(ExecutedSplit& into) const;

 private:
  struct Class {
    std::int64_t missing = 0;  // counters
    unsigned __int128 flops = 0;
    std::int64_t cuts = 0;
    std::vector<ExecutedPart> rows;  // as those of the shape
    std::vector<ExecutedPart> rests;
  };

  ExecutedPart part_of(FlopClass flop_class) const;
  Class& with_rows(FlopClass flop_class);

  const std::int64_t device_;
  const SplitShape& shape_;
  std::map<FlopClass, Class> classes_;
};

}  // namespace flopprof::counters
