#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "profiler/record/step_order.h"

namespace flopprof::steps {

/// Where the steps of one signature are to be cut, one place a step. Among them comes a whole step
/// now and then, for a job may change what it does. When the launches come in another order too
/// often, nothing more is cut.
class CutPlan {
 public:
  /// One counted step in so many is counted whole.
  static constexpr std::int64_t kWholeOneIn = 4;
  /// So many cuts may come to nothing, one after another.
  static constexpr int kPatience = 16;

  struct Wanted {
    std::size_t set = 0;  ///< of counters
    StepCut cut;
  };

  /// In the order of preference; in place of those before.
  void want(std::vector<Wanted> cuts);
  /// For the next counted step; nothing: none, or count it whole.
  std::optional<Wanted> next() const;
  /// The step was counted for what next() said. One that came to nothing is tried again after the
  /// others.
  void tried(bool was_cut);
  /// A whole step was counted.
  void counted_whole() { ++counted_; }
  bool is_given_up() const { return misses_ >= kPatience; }
  bool wants_more() const { return !wanted_.empty() && !is_given_up(); }
  void give_up(std::size_t set);

 private:
  std::deque<Wanted> wanted_;
  std::int64_t counted_ = 0;
  int misses_ = 0;
};

}  // namespace flopprof::steps
