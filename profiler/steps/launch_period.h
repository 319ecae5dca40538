#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "profiler/steps/recurrence.h"

namespace flopprof::steps {

/// What repeats in a sequence of launches.
struct LaunchPeriod {
  std::uint64_t anchor = 0;   ///< the identity that is launched once a period, where it ends
  std::int64_t launches = 0;  ///< of one period
  std::int64_t periods = 0;   ///< whole ones seen
  std::int64_t fits = 0;      ///< of them, those that hold the same launches within the tolerance
  std::int64_t exact = 0;     ///< of them, those that do so to the launch

  /// That the next period fits: Laplace's rule of succession. It says nothing of whether a period
  /// is an optimiser's update.
  double confidence() const;
};

/// Finds out that a sequence of launches, of all threads together, repeats itself.
///
/// An identity that is launched once a period has the same launches, in whatever order, between any
/// two of its own. So each identity is asked how alike the stretches between its launches are; one
/// launch costs the same however long the period is, and the memory is that of the identities.
///
/// No answer, rather than one that is invented:
/// - A stretch of one launch is no period. A stream of one kernel, or of one graph, has none.
/// - Layers and time steps repeat too, but do not last: a period holds for a while (`least_ns`,
///   where times are known) and makes up most of what is launched.
/// - Within a longer period that has launches of its own, as many as a tenth of the short one, the
///   short ones are parts of a step (micro-batches): the long one is the answer, up to 64 parts.
///   Fewer launches of its own, or more parts (an evaluation after each epoch), decide nothing.
///   What lies within the tolerance, such as logging every tenth step, is no launch of its own.
/// - Where a kernel's grid grows with each token of a decoding loop no two stretches are alike: no
///   answer. Where it grows rarely, the loop is found, with a deviation each time.
/// - Where every so manieth stretch of up to 64 is another, and nothing is launched that is not
///   launched elsewhere, too, the same holds: no answer.
/// - Two kinds of step in turns repeat as a pair, and the pair is the answer.
/// Micro-batches of which more than `least_periods` come before anything else is launched cannot be
/// told from steps here; PeriodFollower notices.
///
/// Not thread-safe.
class PeriodDetector {
 public:
  struct Settings {
    std::int64_t least_periods = 20;
    std::int64_t least_ns = 2'000'000'000;
    std::size_t most_identities = 16'384;  ///< some 200 bytes each
  };
  explicit PeriodDetector(const Settings& settings) : settings_(settings) {}

  /// The next launch; `at_ns` is its host time, 0 in all calls where it is not known. The answer
  /// comes with the launch that makes it certain.
  std::optional<LaunchPeriod> launched(std::uint64_t identity, std::int64_t at_ns);

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  std::size_t place_of(std::uint64_t identity);
  void rebuild_index(std::size_t slots);
  void make_room();
  bool is_candidate(const Recurrence& recurrence) const;
  std::optional<LaunchPeriod> decide() const;
  const Recurrence* longer(const Recurrence& part) const;
  const Recurrence* anchor_of(const Recurrence& period) const;

  Settings settings_;
  std::vector<Recurrence> recurrences_;
  std::vector<std::uint32_t> index_;  // open addressing: place in recurrences_ + 1; a power of two
  LaunchMix so_far_;
  std::int64_t position_ = 0;
  std::int64_t last_ns_ = 0;
  std::size_t last_ = kNone;  // launched, of recurrences_
  std::int64_t decide_at_ = 0;
};

}  // namespace flopprof::steps
