#include "profiler/steps/launch_log.h"

#include <algorithm>

namespace flopprof::steps {

void LaunchLog::start() {
  const std::lock_guard lock(mutex_);
  if (started_) return;
  started_ = true;
  intervals_.push_back({});
}

void LaunchLog::note(std::uint32_t correlation, std::int64_t kernels,
                     std::int64_t graphs) noexcept {
  const std::lock_guard lock(mutex_);
  if (!started_) return;
  const std::int64_t id = widened(correlation, highest_.value_or(correlation));
  highest_ = std::max(highest_.value_or(id), id);
  intervals_.back().highest = *highest_;
  // A thread may have taken its id before another thread ended the step: the id decides.
  auto at = intervals_.rbegin();
  while (id < at->first && std::next(at) != intervals_.rend()) ++at;
  at->kernels += kernels;
  at->graphs += graphs;
}

void LaunchLog::cut(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  if (!started_) return;
  LaunchInterval& open = intervals_.back();
  open.end = highest_ ? std::max(open.first, *highest_ + 1) : open.first;
  open.step = step;
  open.closed = true;
  intervals_.push_back({.number = open.number + 1, .first = open.end, .highest = open.highest});
}

std::vector<LaunchInterval> LaunchLog::known() const {
  const std::lock_guard lock(mutex_);
  return {intervals_.begin(), intervals_.end()};
}

void LaunchLog::forget_before(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  while (intervals_.size() > 1 && intervals_.front().number < number) intervals_.pop_front();
}

}  // namespace flopprof::steps
