#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "profiler/record/step.h"

namespace flopprof::steps {

/// The launches between two step boundaries: those whose correlation ids lie in [first, end). Ids
/// grow in the order of launching, in all threads of a process together; they have 32 bits where
/// they come from and are carried on past that here.
struct LaunchInterval {
  std::int64_t number = 0;  ///< intervals are numbered from 0
  std::int64_t first = INT64_MIN;
  std::int64_t end = INT64_MAX;
  std::int64_t highest = 0;  ///< of all ids so far, when this interval was the open one
  std::int64_t step = kOutsideSteps;
  std::int64_t kernels = 0;  ///< launched one by one
  std::int64_t graphs = 0;   ///< graph launches: each runs a number of kernels that nobody says
  bool closed = false;
};

/// The id that `id` stands for, of those that have its low 32 bits the one nearest to `near`.
inline std::int64_t widened(std::uint32_t id, std::int64_t near) {
  return near + static_cast<std::int32_t>(id - static_cast<std::uint32_t>(near));
}

/// Which launch was made in which step. The job's threads note; the drain thread asks. A kernel may
/// run long after its step has ended on the host, so that only its launch says where it belongs.
///
/// All functions may be called from any thread.
class LaunchLog {
 public:
  /// From here on launches are noted and boundaries kept: before, a cut costs nothing.
  void start();

  void kernel_launched(std::uint32_t correlation) noexcept { note(correlation, 1, 0); }
  void graph_launched(std::uint32_t correlation) noexcept { note(correlation, 0, 1); }
  /// The driver refused the launch that was noted under this id.
  void kernel_refused(std::uint32_t correlation) noexcept { note(correlation, -1, 0); }
  void graph_refused(std::uint32_t correlation) noexcept { note(correlation, 0, -1); }

  /// The open interval was `step`, or kOutsideSteps; the next one begins.
  void cut(std::int64_t step);

  /// The intervals that are not forgotten, the last of them open.
  std::vector<LaunchInterval> known() const;
  /// Those before `number` are settled.
  void forget_before(std::int64_t number);

 private:
  void note(std::uint32_t correlation, std::int64_t kernels, std::int64_t graphs) noexcept;

  mutable std::mutex mutex_;
  bool started_ = false;
  std::optional<std::int64_t> highest_;
  std::deque<LaunchInterval> intervals_;  // the last is open
};

}  // namespace flopprof::steps
