#include "profiler/steps/recurrence.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

namespace flopprof::steps {

void LaunchMix::add(std::uint64_t identity) {
  std::uint64_t mixed = (identity + 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
  mixed = (mixed ^ (mixed >> 32)) * 0xc4ceb9fe1a85ec53u;
  sum += mixed;
  ++kinds[mixed >> 61];
}

LaunchMix operator-(const LaunchMix& all, const LaunchMix& before) {
  LaunchMix between{.sum = all.sum - before.sum, .kinds = all.kinds};
  for (std::size_t i = 0; i < between.kinds.size(); ++i) between.kinds[i] -= before.kinds[i];
  return between;
}

std::int64_t differing(const LaunchMix& a, const LaunchMix& b) {
  std::int64_t more = 0;
  std::int64_t fewer = 0;
  for (std::size_t i = 0; i < a.kinds.size(); ++i) {
    const auto difference = std::int64_t{a.kinds[i]} - std::int64_t{b.kinds[i]};
    (difference > 0 ? more : fewer) += std::abs(difference);
  }
  const std::int64_t least = a.sum == b.sum ? 0 : 1;
  return std::max({more, fewer, least});
}

std::int64_t tolerance(std::int64_t launches) {
  constexpr std::int64_t kShortest = 20;
  return std::max<std::int64_t>(launches / 50, launches >= kShortest ? 1 : 0);
}

void Recurrence::launched(const LaunchPlace& here, const LaunchMix& so_far) {
  if (first_position_ < 0) {
    first_position_ = here.position;
  } else {
    const std::int64_t launches = here.position - last_.position;
    const LaunchMix stretch = so_far - before_last_;
    const bool exact = launches == launches_ && stretch.sum == stretch_.sum;
    const std::int64_t allowed = tolerance(launches_);
    if (exact || (launches_ > 0 && std::abs(launches - launches_) <= allowed &&
                  differing(stretch, stretch_) <= allowed)) {
      constexpr int kHighest = 16;
      ++periods_, ++fits_, ++in_a_row_;
      exact_ += exact ? 1 : 0;
      score_ = std::min(score_ + 1, kHighest);
    } else {
      deviates(launches, stretch);
    }
  }
  last_ = here;
  before_last_ = so_far;
}

void Recurrence::paused(std::int64_t pause_ns) {
  pause_bits_ += std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(0, pause_ns)));
  ++pauses_;
}

/// More than one in three, and another stretch may be the one that repeats.
void Recurrence::deviates(std::int64_t launches, const LaunchMix& stretch) {
  ++periods_;
  longest_row_ = std::max(longest_row_, in_a_row_);
  if (in_a_row_ == last_row_) ++equal_rows_;
  last_row_ = std::exchange(in_a_row_, 0);
  score_ -= 2;
  if (score_ < 0) begin_anew(launches, stretch);
}

void Recurrence::begin_anew(std::int64_t launches, const LaunchMix& stretch) {
  launches_ = launches;
  stretch_ = stretch;
  began_ = last_;
  periods_ = fits_ = exact_ = in_a_row_ = 1;
  longest_row_ = last_row_ = equal_rows_ = pause_bits_ = pauses_ = 0;
  score_ = 1;
}

bool Recurrence::is_steady(std::int64_t position) const {
  return launches_ >= 2 && 4 * fits_ >= 3 * periods_ &&
         3 * fits_ * launches_ >= 2 * (last_.position - began_.position) &&
         position - last_.position <= 2 * launches_;
}

bool Recurrence::is_settled(std::int64_t least_periods) const {
  constexpr std::int64_t kMany = 6;
  constexpr std::int64_t kRare = 64;  // more micro-batches than that make no step
  if (deviations() == 0 || in_a_row_ >= std::max(least_periods, 2 * longest_row_)) return true;
  return deviations() >= kMany && (3 * equal_rows_ < deviations() || longest_row_ > kRare);
}

}  // namespace flopprof::steps
