#include "profiler/steps/period_follower.h"

#include <cstdlib>
#include <utility>

namespace flopprof::steps {

PeriodFollower::Sign PeriodFollower::launched(std::uint64_t identity) {
  ++launches_;
  if (identity == period_.anchor) return at_anchor();
  return launches_ == kPatience * period_.launches ? Sign::kLost : Sign::kNone;
}

PeriodFollower::Sign PeriodFollower::at_anchor() {
  const std::int64_t launches = std::exchange(launches_, 0);
  if (!std::exchange(began_, true)) return Sign::kBegin;
  note_length(launches);
  const bool fits = 4 * std::abs(launches - period_.launches) <= period_.launches;
  return fits ? Sign::kStep : Sign::kMisfit;
}

void PeriodFollower::note_length(std::int64_t launches) {
  ++since_uneven_;
  if (10 * (launches - period_.launches) < period_.launches) return;
  const std::int64_t distance = std::exchange(since_uneven_, 0);
  constexpr std::int64_t kMostParts = 64;
  const bool is_work_between =
      distance < 2 || distance > kMostParts || 2 * launches > 5 * period_.launches;
  even_ = is_work_between ? 0 : distance == uneven_every_ ? even_ + 1 : 1;
  uneven_every_ = distance;
}

}  // namespace flopprof::steps
