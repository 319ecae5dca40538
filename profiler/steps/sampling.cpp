#include "profiler/steps/sampling.h"

#include <algorithm>

namespace flopprof::steps {

void RecentMedian::add(std::int64_t value) {
  values_[seen_++ % kWindow] = value;
  if (seen_ < kWindow / 2 || seen_ % kRenewal != 0) return;
  std::array<std::int64_t, kWindow> sorted = values_;
  const std::size_t count = std::min(seen_, kWindow);
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(count));
  median_ = *middle;
}

void SamplingPlan::step_ended(std::int64_t number, std::int64_t wall_ns, bool observed,
                              std::int64_t cost_ns) {
  wall_ns_ += wall_ns;
  if (!observed) {
    unobserved_ns_ += cost_ns;
    unobserved_wall_ns_.add(wall_ns);
    return;
  }
  // The first steps warm caches and allocators: their time tells nothing of ours.
  if (number >= kFirstSteps) observed_wall_ns_.add(wall_ns);
  callbacks_ns_ = cost_ns;
  const std::int64_t cost = cost_of_a_step_ns();
  spent_ns_ += cost;
  const double earned_per_step = earned_ns() / static_cast<double>(number + 1);
  const auto stride =
      earned_per_step > 0
          ? static_cast<std::int64_t>(std::min(1e9, static_cast<double>(cost) / earned_per_step))
          : std::int64_t{1'000'000'000};
  random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17;
  const auto delay =
      static_cast<std::int64_t>(random_ % static_cast<std::uint64_t>(stride / 2 + 1));
  not_before_ = stride >= 2 ? number + 1 + delay : number + 1;
}

void SamplingPlan::want(std::int64_t number) { wanted_ = number; }

/// The first step of the first block; then anywhere, for a period of the job's own must not hide
/// behind ours.
std::int64_t SamplingPlan::place_in_block(std::int64_t block) const {
  auto mixed = static_cast<std::uint64_t>(block) * 0x9e3779b97f4a7c15u;
  mixed ^= mixed >> 32;
  return static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(every_));
}

bool SamplingPlan::observes(std::int64_t number) {
  if (every_ > 0) return number % every_ == place_in_block(number / every_);
  if (number < kFirstSteps) return true;
  if (number == wanted_) return true;
  if (number < not_before_) return false;
  return static_cast<double>(spent_ns_ + cost_of_a_step_ns()) <= earned_ns();
}

double SamplingPlan::earned_ns() const {
  const double all = budget_ * static_cast<double>(wall_ns_);
  return std::max(all - static_cast<double>(unobserved_ns_), all / 4);
}

bool SamplingPlan::is_overdue(std::int64_t open_ns) const {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kTimesAStep = 20;
  return open_ns > kSecond && open_ns > kTimesAStep * unobserved_wall_ns_.value().value_or(0);
}

std::int64_t SamplingPlan::cost_of_a_step_ns() const {
  const auto with = observed_wall_ns_.value();
  const auto without = unobserved_wall_ns_.value();
  const std::int64_t seen = with && without ? *with - *without : 0;
  return std::max(callbacks_ns_, seen);
}

}  // namespace flopprof::steps
