#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "profiler/record/gpu_work.h"
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
  std::int64_t kernels = 0;     ///< launched one by one
  std::int64_t graphs = 0;      ///< graph launches: each runs a number of kernels that nobody says
  std::uint64_t signature = 0;  ///< of all that was launched, in whatever order
  GpuLook look = GpuLook::kNone;
  std::optional<std::int64_t> timeline_step;  ///< what it will be, where its kernels are all kept
  bool closed = false;
  bool merged = false;  ///< of several steps, which are not told apart: nobody looks at it
};

/// What ran on the host when a kernel or a graph was launched.
struct Launcher {
  const char* op = nullptr;  ///< valid for ever; empty: no operator; null: nobody looked
  std::uint8_t phase = 0;    ///< a Phase
};
struct LaunchedBy {
  std::int64_t id = 0;
  Launcher launcher;
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
  /// From here on launches are noted and boundaries kept: before, a cut costs nothing. `look` is
  /// that of the first interval.
  void start(GpuLook look, std::optional<std::int64_t> timeline_step = std::nullopt);

  /// `identity`: the same for launches of the same function with the same geometry.
  void kernel_launched(std::uint32_t correlation, std::uint64_t identity = 0,
                       const Launcher& by = {}) noexcept {
    note(correlation, {.kernels = 1, .identity = identity, .by = by});
  }
  void graph_launched(std::uint32_t correlation, std::uint64_t identity = 0,
                      const Launcher& by = {}) noexcept {
    note(correlation, {.graphs = 1, .identity = identity, .by = by});
  }
  /// The driver refused the launch that was noted under this id.
  void kernel_refused(std::uint32_t correlation, std::uint64_t identity = 0) noexcept {
    note(correlation, {.kernels = -1, .identity = std::uint64_t{0} - identity});
  }
  void graph_refused(std::uint32_t correlation, std::uint64_t identity = 0) noexcept {
    note(correlation, {.graphs = -1, .identity = std::uint64_t{0} - identity});
  }

  /// The open interval was `step`, or kOutsideSteps; the next one begins, and nobody looks at it.
  /// With kMost that nobody has settled it goes on over the boundary instead, for memory has an
  /// end.
  void cut(std::int64_t step);
  static constexpr std::size_t kMost = 32'768;
  /// How many boundaries it went on over since it was last asked.
  std::int64_t take_merged();

  /// How the open interval is looked at.
  void look(GpuLook look, std::optional<std::int64_t> timeline_step = std::nullopt);
  /// As it is now; nothing before start().
  std::optional<LaunchInterval> open() const;
  /// The last that was cut off, as it is now.
  std::optional<LaunchInterval> last_closed() const;

  /// The intervals that are not forgotten, the last of them open.
  std::vector<LaunchInterval> known() const;
  /// Of the launches in traced intervals whose launcher is known, those since it was last asked.
  std::vector<LaunchedBy> take_launchers();
  /// Those before `number` are settled. The last one that was cut off stays.
  void forget_before(std::int64_t number);

 private:
  struct Note {
    std::int64_t kernels = 0;
    std::int64_t graphs = 0;
    std::uint64_t identity = 0;
    Launcher by;
  };
  void note(std::uint32_t correlation, const Note& note) noexcept;

  mutable std::mutex mutex_;
  bool started_ = false;
  std::optional<std::int64_t> highest_;
  std::deque<LaunchInterval> intervals_;  // the last is open
  std::int64_t merged_ = 0;
  static constexpr std::size_t kMostLaunchers = 1 << 18;
  std::vector<LaunchedBy> launchers_;
};

}  // namespace flopprof::steps
