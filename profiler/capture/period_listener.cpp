#include "profiler/capture/period_listener.h"

#include <fmt/format.h>

#include "profiler/capture/this_process.h"

namespace flopprof::capture {
namespace {

constexpr const char* kRemedy = "mark steps with flopprof/mark.h or --step-range to be exact";

/// What is done at a boundary may launch something itself.
thread_local bool at_boundary = false;

}  // namespace

PeriodListener::Sign PeriodListener::launched(std::uint64_t identity) noexcept {
  if (stopped_.load(std::memory_order_relaxed) || at_boundary) return Sign::kNone;
  try {
    if (session_.may_find_steps()) return listen(identity);
  } catch (...) {  // out of memory: steps that were not found are none
  }
  stop();
  return Sign::kNone;
}

void PeriodListener::returned(Sign sign) noexcept {
  if (sign == Sign::kNone || stopped_.load(std::memory_order_relaxed)) return;
  at_boundary = true;
  try {
    act(sign);
  } catch (...) {
    stop();
  }
  at_boundary = false;
}

PeriodListener::Sign PeriodListener::listen(std::uint64_t identity) {
  const std::lock_guard lock(mutex_);
  if (!follower_) {
    if (detector_ == nullptr) return Sign::kNone;
    const auto period = detector_->launched(identity, monotonic_ns());
    if (!period) return Sign::kNone;
    follower_.emplace(*period);
    detector_.reset();
  }
  return follower_->launched(identity);
}

void PeriodListener::act(Sign sign) {
  std::int64_t uneven = 0;
  std::optional<steps::LaunchPeriod> found;
  {
    const std::lock_guard lock(mutex_);
    if (!follower_) return;
    if (sign == Sign::kBegin) found = follower_->period();
    if (!told_uneven_) uneven = follower_->uneven_every();
    told_uneven_ = told_uneven_ || uneven > 0;
  }
  if (sign == Sign::kLost) {
    session_.add_fault("period of launches lost",
                       fmt::format("no step ended within {} periods; what is launched until the "
                                   "next begins is outside steps",
                                   steps::PeriodFollower::kPatience),
                       kRemedy);
    return;
  }
  session_.found_step_began(sign == Sign::kStep);
  if (found) tell_found(*found);
  if (uneven > 0) tell_uneven(uneven);
  if (sign == Sign::kMisfit)
    session_.add_fault(
        "launches that do not fit the period",
        "what ended where a step should is too long or too short; it is outside steps", kRemedy);
}

void PeriodListener::stop() noexcept {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  detector_.reset();
  follower_.reset();
}

void PeriodListener::tell_found(const steps::LaunchPeriod& period) {
  session_.add_fault(
      "steps found by the period of launches",
      fmt::format("nobody tells of steps; {} launches repeat, seen {} times, {} of "
                  "them alike, {} to the launch; confidence {:.2f}; what was "
                  "launched before is outside steps",
                  period.launches, period.periods, period.fits, period.exact, period.confidence()),
      kRemedy);
}

void PeriodListener::tell_uneven(std::int64_t every) {
  session_.add_fault("steps may be micro-batches",
                     fmt::format("of the steps that were found one of {} launches more than the "
                                 "others",
                                 every),
                     kRemedy);
}

}  // namespace flopprof::capture
