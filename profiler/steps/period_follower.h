#pragma once

#include <cstdint>

#include "profiler/steps/launch_period.h"

namespace flopprof::steps {

/// Says with which launches steps end, once their period is known, and when it no longer holds.
///
/// Not thread-safe.
class PeriodFollower {
 public:
  explicit PeriodFollower(const LaunchPeriod& period) : period_(period) {}

  enum class Sign {
    kNone,
    kBegin,   ///< the first step begins behind this launch; what was before was outside steps
    kStep,    ///< a step ends with this launch, and the next begins
    kMisfit,  ///< what ends with this launch is no step: it is too long or too short by a quarter
    kLost,    ///< no step has ended within kPatience periods
  };
  static constexpr std::int64_t kPatience = 16;

  Sign launched(std::uint64_t identity);

  /// Each how many steps, up to 64, one is longer than the others by a tenth or more, where that
  /// was so three times running: then the steps are likely to be micro-batches. 0: not so.
  std::int64_t uneven_every() const { return even_ >= kEnough ? uneven_every_ : 0; }

  const LaunchPeriod& period() const { return period_; }

 private:
  static constexpr int kEnough = 3;  // distances

  Sign at_anchor();
  void note_length(std::int64_t launches);

  LaunchPeriod period_;
  bool began_ = false;
  std::int64_t launches_ = 0;  // since the anchor
  std::int64_t since_uneven_ = 0;
  std::int64_t uneven_every_ = 0;
  int even_ = 0;  // times that the distance was the same
};

}  // namespace flopprof::steps
