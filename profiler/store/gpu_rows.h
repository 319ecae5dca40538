#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "profiler/record/drained.h"
#include "profiler/record/flop_class.h"
#include "profiler/store/database.h"
#include "profiler/store/split_rows.h"
#include "profiler/store/string_ids.h"

namespace flopprof::store {

/// The GPU records of one process that have still to be written, the newest of each key.
class GpuRows {
 public:
  /// Moves them out of `news`. While nothing can be written, memory stays bounded: what does not
  /// fit is lost, and stands in lost().
  void keep(Drained& news);
  /// `process` is the row's id. Throws DatabaseError.
  void write(Database& run, std::int64_t process, const ProcessInfo& info,
             StringIds& strings) const;
  /// All is written.
  void clear() { *this = {}; }

  /// Rows of steps and of the timeline.
  std::int64_t lost() const { return lost_; }

 private:
  using StepDevice = std::pair<std::int64_t, std::int64_t>;
  using SignatureKey = std::tuple<std::int64_t, std::int64_t, FlopClass>;
  using KernelKey = std::pair<std::string, bool>;
  using OpKey = std::tuple<std::string, std::string, bool>;
  /// By class; nothing: not counted.
  using ByClass = std::array<std::optional<std::int64_t>, kFlopClassNames.size()>;

  void keep_steps(const Drained& news);
  void keep_sums(Drained& news);
  void write_steps(Database& run, std::int64_t process) const;
  void write_executed(Database& run, std::int64_t process) const;
  void write_sums(Database& run, std::int64_t process, StringIds& strings) const;
  void write_activity(Database& run, std::int64_t process, std::int64_t started_at_ns) const;
  void write_timeline(Database& run, std::int64_t process, std::int64_t pid,
                      StringIds& strings) const;

  std::vector<GpuDevice> devices_;
  std::map<StepDevice, GpuStep> steps_;
  std::map<std::int64_t, StepLaunches> launches_;
  std::map<std::int64_t, OutsideLaunches> outside_launches_;
  std::map<StepDevice, ByClass> executed_steps_;
  std::map<SignatureKey, ExecutedSignature> executed_signatures_;
  std::map<KernelKey, KernelWork> kernels_;
  std::map<OpKey, OpGpuWork> ops_;
  std::map<std::int64_t, GpuActivity> activity_;  // by device
  std::vector<TimelineKernel> timeline_;
  SplitRows splits_;
  std::int64_t lost_ = 0;
};

}  // namespace flopprof::store
