#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"
#include "profiler/record/flops.h"

namespace flopprof::capture {

/// What the counters counted of some work of this process, put together from one run of it a
/// counter set.
struct WorkCount {
  /// Of each class that the chip has counters of and all of them counted.
  std::map<FlopClass, Flops> flops;
  bool repeats_disagree = false;  ///< a counter that stands in several sets counted different work
  std::vector<std::string> problems;
};

/// Between the L2 cache and the device's memory.
struct MovedBytes {
  std::int64_t read = 0;
  std::int64_t written = 0;
};

/// Nothing can be counted on this machine. The message says what to do about it.
class CountersRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Counts work that this program runs itself on its own GPU, with every set of counters that the
/// chip has. Nothing else of this process runs meanwhile.
class RangeCount {
 public:
  /// On the thread's current context. Throws CountersRefused, also where this flopprof was built
  /// without CUPTI.
  RangeCount();
  ~RangeCount();
  RangeCount(const RangeCount&) = delete;
  RangeCount& operator=(const RangeCount&) = delete;

  /// Runs `run` once a counter set; it has to do the same work each time, and to wait until that is
  /// done. Throws CountersRefused, std::runtime_error where a range fails, and what `run` throws.
  WorkCount count(const std::function<void()>& run);

  /// Runs `run` once more, with the L2 cache as the work before left it. Throws as count() does,
  /// and std::runtime_error where the chip cannot count both at once.
  MovedBytes count_bytes(const std::function<void()>& run);

  /// What cannot be counted on this GPU, and why.
  const std::vector<std::string>& problems() const;
  const std::string& chip() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace flopprof::capture
