#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "profiler/record/gpu_work.h"
#include "profiler/steps/interval_union.h"
#include "profiler/steps/launch_log.h"

namespace flopprof::steps {

/// Places kernels in the steps that launched them, and adds each traced step up when all its
/// kernels have come. A traced step of which records are missing is told, and its times are not
/// used. Of the other steps it says what they launched.
///
/// Not thread-safe: the drain thread's.
class KernelLedger {
 public:
  /// The number of a kernel's name; the same for the same name.
  std::uint32_t number_of(std::string_view name);

  /// What the log knows now. To be given before the kernels that were recorded before it was asked.
  void know(std::span<const LaunchInterval> intervals);
  /// Who launched what; to be given before those kernels too.
  void know(std::vector<LaunchedBy> launchers);
  /// Answers whose it is; nothing when it is nobody's, or when nobody looks at its times. Valid
  /// until the next call.
  const LaunchInterval* add(const KernelRecord& kernel);
  void add(const GraphRecord& graph);
  void add(const CopyRecord& copy);
  /// Records were lost: a step with graph launches may lack some without being short of any.
  void records_dropped();
  /// The clock that kernels' times are given in was set: those of the intervals that are not
  /// settled are worth nothing.
  void clock_was_set();
  /// Settles the steps whose kernels are all there; with `last`, every one.
  void settle(bool last);
  /// Most kernels of the intervals that were traced kernel by kernel were nodes of graphs.
  bool nodes_dominate() const { return node_kernels_ > single_kernels_; }
  /// Intervals with smaller numbers will not be asked for again.
  std::int64_t settled_before() const { return first_number_; }

  struct Changes {
    std::vector<GpuStep> steps;        ///< take the place of rows with the same step and device
    std::vector<KernelWork> kernels;   ///< take the place of rows with the same keys
    std::int64_t missing_records = 0;  ///< launched, and never recorded
    std::int64_t untimed_records = 0;  ///< recorded without times
    std::int64_t late_records = 0;     ///< came when their step had been added up
    std::int64_t unusable_steps = 0;
    std::int64_t robbed_intervals = 0;  ///< traced, and not one of their records came
    std::int64_t undivided_graphs = 0;  ///< traced as a whole: nobody says which device was busy
    std::vector<StepLaunches> launches;
    std::vector<OpGpuWork> ops;                     ///< take the place of rows with the same keys
    std::vector<OutsideLaunches> outside_launches;  ///< take the place of the same signature's
  };
  Changes take_changes();

 private:
  struct Sums {
    std::int64_t launches = 0;
    std::int64_t kernel_ns = 0;
  };
  struct DeviceWork {
    Sums sums;
    Sums graphs;
    IntervalUnion busy;
    std::int64_t copies = 0;
    std::int64_t copy_ns = 0;
    std::int64_t copied_bytes = 0;
  };
  struct Work {
    std::map<std::uint32_t, DeviceWork> devices;
    std::unordered_map<std::uint32_t, Sums> kernels;
    std::map<std::pair<const char*, std::uint8_t>, Sums> ops;
    std::set<std::uint32_t> graphs_seen;   // by a node of theirs, or as a whole
    std::set<std::uint32_t> whole_graphs;  // of them
  };
  /// Most intervals are not traced, and have no work.
  struct Open {
    LaunchInterval interval;
    std::unique_ptr<Work> work;
    std::int64_t kernels_seen = 0;  // of those launched one by one
    std::int64_t nodes_seen = 0;
    std::int64_t changed_in_round = 0;
    bool spoiled = false;
    bool settled = false;
    bool told = false;  // what it launched
    std::int64_t graphs_seen() const {
      return work == nullptr ? 0 : static_cast<std::int64_t>(work->graphs_seen.size());
    }
    bool has_whole_graphs() const { return work != nullptr && !work->whole_graphs.empty(); }
  };
  struct KernelSums {
    Sums in_steps;
    Sums outside;
    bool changed = false;
  };
  struct OutsideSums {
    Sums sums;
    Sums graphs;
    std::int64_t busy_ns = 0;
    std::int64_t copies = 0;
    std::int64_t copy_ns = 0;
    std::int64_t copied_bytes = 0;
    bool changed = false;
  };

  Open* interval_of(std::int64_t id);
  Open* traced_interval_of(std::int64_t id);
  static Work& work_of(Open& open);
  const Launcher* launcher_of(std::int64_t id) const;
  void add_ops(const Open& open, bool in_steps);
  bool is_complete(const Open& open) const;
  void tell_launches(Open& open);
  void settle_one(Open& open);
  void settle_step(Open& open);
  void settle_outside(Open& open);
  void add_kernels(const Open& open);
  void add_late(const Open& open);

  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::unordered_map<std::string_view, std::uint32_t> quick_numbers_;  // views into numbers_
  std::vector<std::string_view> names_;
  std::deque<Open> open_;  // by number, from first_number_
  std::int64_t first_number_ = 0;
  std::int64_t near_ = 0;    // an id of these days, for those that have 32 bits
  std::size_t last_at_ = 0;  // where it was placed
  std::int64_t round_ = 0;
  std::int64_t node_kernels_ = 0;
  std::int64_t single_kernels_ = 0;
  std::vector<KernelSums> kernels_;   // by number
  std::deque<LaunchedBy> launchers_;  // by id
  std::map<std::pair<std::string, std::uint8_t>, KernelSums> ops_;
  std::map<std::uint32_t, OutsideSums> outside_;
  std::map<std::int64_t, OutsideLaunches> outside_intervals_;  // by signature
  Changes changes_;
};

}  // namespace flopprof::steps
