#pragma once

#include <cstdint>

#include "profiler/record/flops.h"

namespace flopprof::counters {

/// The same quantity, counted in several steps that look alike.
class Repeats {
 public:
  /// `flops` is not negative.
  void add(std::int64_t flops);

  std::int64_t count() const { return count_; }
  /// Rounded down; exact where all agree. 0 where there are none.
  Flops mean() const;
  /// The greatest less the least.
  std::int64_t spread() const { return greatest_ - least_; }
  /// The variance of the mean; 0 where all agree, and where there are fewer than two.
  double variance_of_mean() const;

 private:
  std::int64_t count_ = 0;
  std::int64_t first_ = 0;
  std::int64_t least_ = 0;
  std::int64_t greatest_ = 0;
  Flops sum_;
  long double beyond_first_ = 0;          // sums of differences, for counts beyond 2^53 are no
  long double beyond_first_squared_ = 0;  // whole doubles, and most repeats differ by nothing
};

/// Half the width of the 95 % interval of a mean with this variance, by Student's t. The least of
/// the tabulated degrees of freedom counts, so that the interval is rather too wide.
double margin95(double variance_of_mean, std::int64_t repeats);

}  // namespace flopprof::counters
