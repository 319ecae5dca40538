#include "profiler/steps/launch_log.h"

#include <algorithm>
#include <new>
#include <utility>

namespace flopprof::steps {

void LaunchLog::start(GpuLook look, std::optional<std::int64_t> timeline_step) {
  const std::lock_guard lock(mutex_);
  if (started_) return;
  started_ = true;
  intervals_.push_back({.look = look, .timeline_step = timeline_step});
}

void LaunchLog::note(std::uint32_t correlation, const Note& note) noexcept {
  const std::lock_guard lock(mutex_);
  if (!started_) return;
  const std::int64_t id = widened(correlation, highest_.value_or(correlation));
  highest_ = std::max(highest_.value_or(id), id);
  intervals_.back().highest = *highest_;
  // A thread may have taken its id before another thread ended the step: the id decides.
  auto at = intervals_.rbegin();
  while (id < at->first && std::next(at) != intervals_.rend()) ++at;
  at->kernels += note.kernels;
  at->graphs += note.graphs;
  at->signature += note.identity;
  if (note.by.op == nullptr || at->look != GpuLook::kTraced) return;
  if (launchers_.size() == kMostLaunchers) return;  // their kernels are nobody's
  try {
    launchers_.push_back({.id = id, .launcher = note.by});
  } catch (const std::bad_alloc&) {  // the same
  }
}

void LaunchLog::cut(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  if (!started_) return;
  LaunchInterval& open = intervals_.back();
  if (intervals_.size() >= kMost) {
    ++merged_;
    open.merged = true;
    open.look = GpuLook::kNone;
    return;
  }
  open.end = highest_ ? std::max(open.first, *highest_ + 1) : open.first;
  open.step = open.merged ? kOutsideSteps : step;
  open.closed = true;
  intervals_.push_back({.number = open.number + 1, .first = open.end, .highest = open.highest});
}

void LaunchLog::look(GpuLook look, std::optional<std::int64_t> timeline_step) {
  const std::lock_guard lock(mutex_);
  if (!started_ || intervals_.back().merged) return;
  intervals_.back().look = look;
  intervals_.back().timeline_step = timeline_step;
}

std::int64_t LaunchLog::take_merged() {
  const std::lock_guard lock(mutex_);
  return std::exchange(merged_, 0);
}

std::optional<LaunchInterval> LaunchLog::open() const {
  const std::lock_guard lock(mutex_);
  if (!started_) return std::nullopt;
  return intervals_.back();
}

std::optional<LaunchInterval> LaunchLog::last_closed() const {
  const std::lock_guard lock(mutex_);
  if (intervals_.size() < 2) return std::nullopt;
  return intervals_[intervals_.size() - 2];
}

std::vector<LaunchInterval> LaunchLog::known() const {
  const std::lock_guard lock(mutex_);
  return {intervals_.begin(), intervals_.end()};
}

std::vector<LaunchedBy> LaunchLog::take_launchers() {
  const std::lock_guard lock(mutex_);
  return std::exchange(launchers_, {});
}

void LaunchLog::forget_before(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  while (intervals_.size() > 2 && intervals_.front().number < number) intervals_.pop_front();
}

}  // namespace flopprof::steps
