#include "profiler/steps/counter_plan.h"

#include <algorithm>
#include <limits>

namespace flopprof::steps {

CounterPlan::CounterPlan(const std::vector<bool>& patches_kernels) {
  for (const bool patches : patches_kernels) sets_.push_back({.patches_kernels = patches});
}

std::int64_t CounterPlan::interval(const Set& set) {
  if (set.adds_nothing) return kIntervalOfNothing;
  return set.patches_kernels ? kIntervalOfPatching : kInterval;
}

/// The first that counts something and is cheap, else the first that is left.
std::optional<std::size_t> CounterPlan::leading() const {
  std::optional<std::size_t> left;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    if (sets_[i].given_up) continue;
    if (!sets_[i].adds_nothing && !sets_[i].patches_kernels) return i;
    if (!left) left = i;
  }
  return left;
}

std::optional<std::size_t> CounterPlan::next() const {
  const std::optional<std::size_t> leader = leading();
  if (!leader) return std::nullopt;
  std::size_t chosen = *leader;
  std::int64_t longest_overdue = -1;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const Set& set = sets_[i];
    if (set.given_up || (i == *leader && set.last != kNever)) continue;
    const std::int64_t overdue = set.last == kNever ? std::numeric_limits<std::int64_t>::max()
                                                    : sampled_ + 1 - set.last - interval(set);
    if (overdue <= longest_overdue) continue;
    longest_overdue = overdue;
    chosen = i;
  }
  return chosen;
}

void CounterPlan::counted(std::size_t set) { sets_.at(set).last = ++sampled_; }

void CounterPlan::adds_nothing(std::size_t set, bool nothing) {
  sets_.at(set).adds_nothing = nothing;
}

void CounterPlan::give_up(std::size_t set) { sets_.at(set).given_up = true; }

bool CounterPlan::is_complete() const {
  return std::all_of(sets_.begin(), sets_.end(),
                     [](const Set& set) { return set.given_up || set.last != kNever; });
}

}  // namespace flopprof::steps
