#include "profiler/steps/launch_period.h"

#include <algorithm>
#include <cstdlib>

namespace flopprof::steps {
namespace {

constexpr std::size_t kFirstSlots = 512;

std::size_t slot_of(std::uint64_t identity, std::size_t slots) {
  const std::uint64_t mixed = identity * 0x9e3779b97f4a7c15u;
  return static_cast<std::size_t>(mixed ^ (mixed >> 32)) & (slots - 1);
}

/// How a longer stretch is made of parts and of launches of its own.
struct Parts {
  std::int64_t count = 0;
  std::int64_t own = 0;
};

Parts parts_of(const Recurrence& whole, const Recurrence& part) {
  return {.count = whole.launches() / part.launches(), .own = whole.launches() % part.launches()};
}

/// The long one may have lost some launches, too.
bool has_launches_of_its_own(const Parts& parts, const Recurrence& part) {
  return std::min(parts.own, part.launches() - parts.own) > tolerance(part.launches());
}

bool are_micro_batches(const Parts& parts, const Recurrence& part) {
  constexpr std::int64_t kMostParts = 64;
  constexpr std::int64_t kLeastShare = 10;  // a tenth
  return parts.count <= kMostParts && kLeastShare * parts.own >= part.launches();
}

}  // namespace

double LaunchPeriod::confidence() const {
  return static_cast<double>(fits + 1) / static_cast<double>(periods + 2);
}

std::optional<LaunchPeriod> PeriodDetector::launched(std::uint64_t identity, std::int64_t at_ns) {
  const std::size_t place = place_of(identity);
  if (last_ != kNone) recurrences_[last_].paused(at_ns - last_ns_);
  last_ = place;
  last_ns_ = at_ns;
  Recurrence& recurrence = recurrences_[place];
  recurrence.launched({.position = position_, .at_ns = at_ns}, so_far_);
  so_far_.add(identity);
  ++position_;
  if (position_ < decide_at_ || !is_candidate(recurrence)) return std::nullopt;
  // To look at all of them is paid by the launches until the next look.
  decide_at_ = position_ + 4 * static_cast<std::int64_t>(recurrences_.size());
  return decide();
}

std::size_t PeriodDetector::place_of(std::uint64_t identity) {
  if (recurrences_.size() >= settings_.most_identities) make_room();
  if (2 * recurrences_.size() >= index_.size())
    rebuild_index(std::max(kFirstSlots, 2 * index_.size()));
  std::size_t slot = slot_of(identity, index_.size());
  while (index_[slot] != 0) {
    const std::size_t found = index_[slot] - 1;
    if (recurrences_[found].identity() == identity) return found;
    slot = (slot + 1) & (index_.size() - 1);
  }
  recurrences_.emplace_back(identity);
  index_[slot] = static_cast<std::uint32_t>(recurrences_.size());
  return recurrences_.size() - 1;
}

void PeriodDetector::rebuild_index(std::size_t slots) {
  index_.assign(slots, 0);
  for (std::size_t i = 0; i < recurrences_.size(); ++i) {
    std::size_t slot = slot_of(recurrences_[i].identity(), slots);
    while (index_[slot] != 0) slot = (slot + 1) & (slots - 1);
    index_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

/// Those that repeat stay, unless they are so many that this would soon be done again.
void PeriodDetector::make_room() {
  std::erase_if(recurrences_, [&](const Recurrence& one) { return !one.is_steady(position_); });
  if (2 * recurrences_.size() > settings_.most_identities) recurrences_.clear();
  last_ = kNone;
  rebuild_index(index_.size());
}

bool PeriodDetector::is_candidate(const Recurrence& one) const {
  return one.periods() >= settings_.least_periods && one.elapsed_ns() >= settings_.least_ns &&
         one.is_steady(position_);
}

/// From the shortest period on to the longest of which it is a part.
std::optional<LaunchPeriod> PeriodDetector::decide() const {
  const Recurrence* period = nullptr;
  for (const Recurrence& one : recurrences_) {
    if (is_candidate(one) && (period == nullptr || one.launches() < period->launches()))
      period = &one;
  }
  if (period == nullptr) return std::nullopt;
  while (const Recurrence* whole = longer(*period)) {
    if (!are_micro_batches(parts_of(*whole, *period), *period) || !is_candidate(*whole))
      return std::nullopt;
    period = whole;
  }
  const Recurrence* anchor = anchor_of(*period);
  if (anchor == nullptr) return std::nullopt;
  return LaunchPeriod{.anchor = anchor->identity(),
                      .launches = anchor->launches(),
                      .periods = period->periods(),
                      .fits = period->fits(),
                      .exact = period->exact()};
}

/// The shortest period of which `part` is a part, and which holds launches that no part has.
const Recurrence* PeriodDetector::longer(const Recurrence& part) const {
  constexpr std::int64_t kLeastFits = 3;
  const Recurrence* shortest = nullptr;
  for (const Recurrence& one : recurrences_) {
    if (2 * one.launches() <= 3 * part.launches() || one.fits() < kLeastFits ||
        !one.is_steady(position_) || !has_launches_of_its_own(parts_of(one, part), part))
      continue;
    if (shortest == nullptr || one.launches() < shortest->launches()) shortest = &one;
  }
  return shortest;
}

/// Of the identities with this period the one after which the host pauses longest, for there the
/// step ends; of equals the one that was launched last. Nothing while none is settled.
const Recurrence* PeriodDetector::anchor_of(const Recurrence& period) const {
  const Recurrence* anchor = nullptr;
  const auto is_later = [](const Recurrence& a, const Recurrence& b) {
    if (a.typical_pause() != b.typical_pause()) return a.typical_pause() > b.typical_pause();
    return a.first_position() > b.first_position();
  };
  const std::int64_t least = settings_.least_periods - 1;  // for this one is not over yet
  for (const Recurrence& one : recurrences_) {
    if (std::abs(one.launches() - period.launches()) <= tolerance(period.launches()) &&
        one.periods() >= least && one.is_steady(position_) && one.is_settled(least) &&
        (anchor == nullptr || is_later(one, *anchor)))
      anchor = &one;
  }
  return anchor;
}

}  // namespace flopprof::steps
