#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flopprof::diff {

struct RankTest {
  double u = 0;  ///< pairs in which `a` is the larger, ties count half
  double p = 1;  ///< two-sided
  bool exact = false;
};

/// The test of Mann and Whitney: do `a` and `b` come from one distribution? Exact for up to 30
/// values each without ties, else by the normal approximation with corrections for ties and
/// continuity. p is 1 where either is empty. Source: H. B. Mann, D. R. Whitney, Annals of
/// Mathematical Statistics 18 (1947) 50-60.
RankTest rank_test(std::span<const double> a, std::span<const double> b);

/// The least p that the test can give for so many values.
double least_p(std::size_t a, std::size_t b);

/// Medians of at most `most` batches of consecutive values, as equal in size as can be. Steps that
/// follow each other are alike (a warm machine, a busy disk), which a test of single ones would
/// take for evidence.
std::vector<double> batch_medians(std::span<const std::int64_t> values, std::size_t most);

}  // namespace flopprof::diff
