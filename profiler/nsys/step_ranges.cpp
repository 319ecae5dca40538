#include "profiler/nsys/step_ranges.h"

#include <algorithm>

namespace flopprof::nsys {

StepRanges::StepRanges(std::span<const store::NsysRange> ranges) {
  std::map<std::int64_t, std::int64_t> ended_on_thread;
  std::int64_t last_end = INT64_MIN;
  for (const store::NsysRange& range : ranges) {
    const auto [at, is_first] = ended_on_thread.try_emplace(range.thread, INT64_MIN);
    if (!is_first && range.began_at < at->second) continue;  // nested
    at->second = range.ended_at;
    if (range.began_at < last_end) ++overlapping_;
    last_end = std::max(last_end, range.ended_at);
    steps_.push_back({.number = static_cast<std::int64_t>(steps_.size()),
                      .thread = range.thread,
                      .began_at = range.began_at,
                      .ended_at = range.ended_at});
  }
}

std::int64_t StepRanges::step_of(std::int64_t at, std::int64_t thread) {
  while (next_ < steps_.size() && steps_[next_].began_at <= at) open_.push_back(next_++);
  std::erase_if(open_, [&](std::size_t step) { return steps_[step].ended_at <= at; });
  if (open_.empty()) return kOutsideSteps;
  const auto own = std::find_if(open_.rbegin(), open_.rend(),
                                [&](std::size_t step) { return steps_[step].thread == thread; });
  return steps_[own == open_.rend() ? open_.back() : *own].number;
}

std::int64_t StepRanges::settled_before() const {
  return static_cast<std::int64_t>(open_.empty() ? next_ : open_.front());
}

}  // namespace flopprof::nsys
