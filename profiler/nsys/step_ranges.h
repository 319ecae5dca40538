#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "profiler/record/step.h"
#include "profiler/store/nsys_export.h"

namespace flopprof::nsys {

/// One step of one process, as an NVTX range gave it.
struct RangedStep {
  std::int64_t number = 0;
  std::int64_t thread = 0;
  std::int64_t began_at = 0;
  std::int64_t ended_at = 0;
};

/// The NVTX ranges of one process that are its steps. Of ranges that nest on one thread the
/// outermost counts. Steps are numbered from 0 in the order in which they began.
class StepRanges {
 public:
  /// `ranges` of one process, in the order in which they began, longer ones first.
  explicit StepRanges(std::span<const store::NsysRange> ranges);

  const std::vector<RangedStep>& steps() const { return steps_; }
  /// Ranges of several threads that are open at the same time.
  std::int64_t overlapping() const { return overlapping_; }

  /// The number of the step whose range holds `at`, or kOutsideSteps. As in a run, launches of
  /// every thread belong to it (autograd launches from its own); where the ranges of several
  /// threads hold `at`, the launching thread's is taken, else the one that began last. To be asked
  /// in the order of time.
  std::int64_t step_of(std::int64_t at, std::int64_t thread);

  /// Steps below this number will not be answered any more.
  std::int64_t settled_before() const;

 private:
  std::vector<RangedStep> steps_;
  std::vector<std::size_t> open_;  // into steps_
  std::size_t next_ = 0;
  std::int64_t overlapping_ = 0;
};

}  // namespace flopprof::nsys
