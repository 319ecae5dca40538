#include "profiler/steps/interval_union.h"

#include <algorithm>

namespace flopprof::steps {
namespace {

/// 1 MiB. Past it the oldest half is folded: by then records as old as that have all come.
constexpr std::size_t kMostIntervals = 65'536;

}  // namespace

void IntervalUnion::add(std::int64_t began_at, std::int64_t ended_at) {
  began_at = std::max(began_at, folded_until_);
  if (ended_at <= began_at) return;
  // Records of one stream come in order: most touch or follow the last one.
  if (!intervals_.empty()) {
    Interval& last = intervals_.back();
    if (began_at >= last.began_at && began_at <= last.ended_at) {
      last.ended_at = std::max(last.ended_at, ended_at);
      return;
    }
  }
  intervals_.push_back({began_at, ended_at});
  if (intervals_.size() < merge_at_) return;
  merge();
  if (intervals_.size() > kMostIntervals) fold_oldest();
  merge_at_ = std::max<std::size_t>(1024, 2 * intervals_.size());
}

void IntervalUnion::merge() {
  if (intervals_.empty()) return;
  std::sort(intervals_.begin(), intervals_.end(),
            [](const Interval& a, const Interval& b) { return a.began_at < b.began_at; });
  std::size_t last = 0;
  for (const Interval& next : intervals_) {
    Interval& open = intervals_[last];
    if (next.began_at <= open.ended_at)
      open.ended_at = std::max(open.ended_at, next.ended_at);
    else
      intervals_[++last] = next;
  }
  intervals_.resize(last + 1);
}

void IntervalUnion::fold_oldest() {
  const auto half = intervals_.begin() + static_cast<std::ptrdiff_t>(intervals_.size() / 2);
  for (auto at = intervals_.begin(); at != half; ++at) folded_ns_ += at->ended_at - at->began_at;
  folded_until_ = std::prev(half)->ended_at;
  intervals_.erase(intervals_.begin(), half);
}

std::int64_t IntervalUnion::covered_ns() {
  merge();
  std::int64_t sum = folded_ns_;
  for (const Interval& interval : intervals_) sum += interval.ended_at - interval.began_at;
  return sum;
}

}  // namespace flopprof::steps
