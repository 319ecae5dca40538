#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "profiler/diff/run_side.h"

namespace flopprof::diff {

/// A p below this is outside the noise of steps.
inline constexpr double kAlpha = 0.01;
inline constexpr std::size_t kMostBatches = 30;
inline constexpr const char* kStatistic =
    "Mann-Whitney rank test, two-sided, on the medians of at most 30 batches of consecutive steps; "
    "outside the noise: p < 0.01";

enum class Verdict {
  kEqual,
  kDiffers,
  kDiffersExtrapolated,  ///< a side is extrapolated, so the difference may be that
  kWithinNoise,
  kOutsideNoise,
  kTooFewSteps,
  kNotTested,  ///< run.db holds a sum alone
  kOnlyInA,
  kOnlyInB,
  kInNeither,
};

std::string_view words_of(Verdict verdict);

/// Nothing where a run does not know it; a count; seconds.
using Amount = std::variant<std::monostate, Flops, std::int64_t, double>;

/// One figure of both runs.
struct Quantity {
  std::string key;
  std::string title;
  Amount a, b;
  std::optional<double> change;  ///< b / a - 1; of sums, per step where both runs have steps
  Verdict verdict = Verdict::kInNeither;
  std::optional<double> p;
  bool is_cost = false;  ///< more of it is worse
};

/// A phase, an operator or a kernel of both runs: sums.
struct Part {
  std::string name;
  Quantity work;  ///< FLOPs, or of a kernel its launches
  Quantity time;
};

struct Comparison {
  bool in_steps = false;           ///< both runs have steps: sums are compared per step
  std::vector<std::string> notes;  ///< what makes the runs hard to compare
  std::vector<Quantity> totals;
  std::vector<Quantity> per_step;
  std::vector<Part> phases, ops, kernels;  ///< by the size of their change in time
};

Comparison compare(const RunSide& a, const RunSide& b);

/// The costs that grew by more than `share` and not by noise, or that `b` no longer knows, in
/// words; empty: none.
std::vector<std::string> grown(const Comparison& comparison, double share);

/// Nothing of what costs is known in both runs: there is no verdict to give.
bool is_empty(const Comparison& comparison);

}  // namespace flopprof::diff
