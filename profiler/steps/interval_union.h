#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace flopprof::steps {

/// The measure of a union of intervals, in bounded memory however many come.
class IntervalUnion {
 public:
  /// [began_at, ended_at), in any order.
  void add(std::int64_t began_at, std::int64_t ended_at);

  /// Nanoseconds that at least one interval covers.
  std::int64_t covered_ns();

 private:
  struct Interval {
    std::int64_t began_at;
    std::int64_t ended_at;
  };
  void merge();
  void fold_oldest();

  std::vector<Interval> intervals_;
  std::size_t merge_at_ = 1024;
  // What was folded: its measure, and where it ended. An interval that comes later counts from
  // there.
  std::int64_t folded_ns_ = 0;
  std::int64_t folded_until_ = INT64_MIN;
};

}  // namespace flopprof::steps
