#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace flopprof::steps {

/// The median of the last values, or of those a few steps ago: it is asked after every step.
class RecentMedian {
 public:
  void add(std::int64_t value);
  /// Nothing until the window is half full.
  std::optional<std::int64_t> value() const { return median_; }

 private:
  static constexpr std::size_t kWindow = 32;
  static constexpr std::size_t kRenewal = 8;
  std::array<std::int64_t, kWindow> values_{};
  std::size_t seen_ = 0;
  std::optional<std::int64_t> median_;
};

/// Which steps to observe so that observing costs at most a share of the job's time.
///
/// Every step, while that fits. Otherwise a step is observed when the time that has passed has
/// earned its cost, after a pseudo-random delay: a fixed stride could keep step with the epochs and
/// see only their last batches. The cost of an observed step is the larger of what the callbacks
/// are known to take and what the run itself shows, observed steps against unobserved ones. What
/// the other steps cost is paid from the same budget, but a quarter of it is always left for
/// observing.
///
/// With `every` = N, one step of each N consecutive ones, for the same reason not always the same.
class SamplingPlan {
 public:
  /// `budget` is a share, 0.01 = 1 %. `every` > 0 overrules it.
  SamplingPlan(double budget, std::int64_t every) : budget_(budget), every_(every) {}

  /// Step `number` took `wall_ns`, `cost_ns` of it for us: for callbacks if it was observed, else
  /// for noticing that it ended.
  void step_ended(std::int64_t number, std::int64_t wall_ns, bool observed, std::int64_t cost_ns);

  /// Ask that step `number` be observed even if it is not earned: no step like it has been counted.
  void want(std::int64_t number);

  /// Whether to observe step `number`, the one that begins now.
  bool observes(std::int64_t number);

  /// An interval that nobody observes has lasted `open_ns`: longer than any step of this job
  /// should. An evaluation may be under way, or training may be over, and it pays to look.
  bool is_overdue(std::int64_t open_ns) const;

  /// What observing a step costs by the newest knowledge, nanoseconds.
  std::int64_t cost_of_a_step_ns() const;

 private:
  /// So many first steps are always observed: enough to know what a step is, too few to matter.
  static constexpr std::int64_t kFirstSteps = 10;

  std::int64_t place_in_block(std::int64_t block) const;
  /// What may have been spent on observing so far, nanoseconds.
  double earned_ns() const;

  double budget_;
  std::int64_t every_;
  std::int64_t wall_ns_ = 0;
  std::int64_t spent_ns_ = 0;       // on observed steps
  std::int64_t unobserved_ns_ = 0;  // on the others
  std::int64_t callbacks_ns_ = 0;   // of the last observed step
  std::int64_t not_before_ = 0;     // step number
  std::int64_t wanted_ = -1;
  std::uint64_t random_ = 0x9e3779b97f4a7c15u;
  RecentMedian observed_wall_ns_;
  RecentMedian unobserved_wall_ns_;
};

}  // namespace flopprof::steps
