#pragma once

#include <vector>

namespace flopprof::kernels {

/// Repeats of one measurement.
struct Spread {
  double median = 0;
  double least = 0;
  double greatest = 0;
  double share = 0;  ///< between the first and the third quartile, as a share of the median
};

/// Zeros where there are no samples.
Spread spread_of(std::vector<double> samples);

}  // namespace flopprof::kernels
