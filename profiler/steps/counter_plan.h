#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace flopprof::steps {

/// Which set of counters each sampled step is counted with, by the sets' places in their list.
///
/// At first every set once, for without all of them no total is known. Then the leading set, which
/// counts what the job uses most, and between its steps each other set at an interval: a set that
/// adds nothing so far comes rarely, but comes, for a job may change what it does. So do sets that
/// make the driver patch the kernels, because their steps are slow.
class CounterPlan {
 public:
  /// How often a set comes, in sampled steps.
  static constexpr std::int64_t kInterval = 16;
  static constexpr std::int64_t kIntervalOfNothing = 128;
  static constexpr std::int64_t kIntervalOfPatching = 64;

  /// One element a set, in the order of preference: whether it patches kernels. The first leads,
  /// until it turns out to count nothing.
  explicit CounterPlan(const std::vector<bool>& patches_kernels);

  /// The set for the next sampled step; nothing when all have been given up.
  std::optional<std::size_t> next() const;

  /// A step was counted with `set`.
  void counted(std::size_t set);
  /// Whether all that no set before `set` in the list counts was zero in every step so far.
  void adds_nothing(std::size_t set, bool nothing);

  /// Whether every set that is not given up has counted a step.
  bool is_complete() const;

  /// This device refuses `set`.
  void give_up(std::size_t set);

 private:
  static constexpr std::int64_t kNever = 0;
  struct Set {
    bool patches_kernels = false;
    bool adds_nothing = false;
    bool given_up = false;
    std::int64_t last = kNever;  // sampled step, counted from 1
  };

  std::optional<std::size_t> leading() const;
  static std::int64_t interval(const Set& set);

  std::vector<Set> sets_;
  std::int64_t sampled_ = 0;
};

}  // namespace flopprof::steps
