#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/capture/cupti_library.h"
#include "profiler/capture/driver.h"
#include "profiler/capture/launch_identity.h"
#include "profiler/capture/range_counting.h"
#include "profiler/capture/step_watcher.h"
#include "profiler/counters/executed_ledger.h"
#include "profiler/counters/split_ledger.h"
#include "profiler/record/drained.h"
#include "profiler/steps/gpu_plan.h"
#include "profiler/steps/launch_log.h"
#include "profiler/steps/launch_order.h"

namespace flopprof::capture {

/// Looks at steps as the plan says: switches the tracing of kernels on and off, and counts what
/// executes, always at a step's boundary, on the thread that ends it.
///
/// Never destroyed, as its callers are the job's threads.
class GpuLooks final : public StepWatcher {
 public:
  struct Ways {  ///< out of here
    std::function<void(const char* what, const std::string& detail, const char* remedy)> add_fault;
    std::function<void()> hurry;  ///< the drain thread
    std::function<void()> want_next_source;
  };
  GpuLooks(const CuptiLibrary& cupti, steps::LaunchLog& launches,
           const steps::GpuPlan::Settings& settings, Ways ways, TapeRecorder* tape);

  // Of the job's threads.
  bool closes() noexcept override;
  bool opens(bool in_step) noexcept override;

  // Of CUPTI's callbacks, on any thread.
  void context_created(CUcontext context) noexcept;
  void context_ends(CUcontext context) noexcept;
  /// Of launches that the log notes.
  void launch_entered(const Launch& launch, const CUpti_CallbackData& call,
                      const steps::Launcher& by) noexcept;
  /// May wait for the GPU: the counting of a step may end before the step does.
  void launch_returned(const CUpti_CallbackData& call) noexcept;
  void capture_began() noexcept { captures_.fetch_add(1); }
  void capture_ended() noexcept { captures_.fetch_sub(1); }
  bool is_captured(CUstream stream) const noexcept;
  /// All buffers have been handed over whose kernels have run.
  void flushed() noexcept { flushed_.store(true, std::memory_order_relaxed); }
  void buffer_wanted() noexcept { wanted_buffer_.store(true, std::memory_order_relaxed); }

  /// The drain thread: adds what was counted.
  void drain(bool last, Drained& drained);
  /// Whether most kernels are nodes of graphs, and graphs are worth tracing as a whole.
  void nodes_dominate(bool do_they);
  /// Graphs were traced as a whole that are not one device's: never again.
  void graphs_are_not_whole();
  /// Another profiler has taken the kernel records: they are its own now.
  void robbed();

 private:
  /// So many are evaluated at once, and not with their turn.
  static constexpr std::size_t kManyResultBytes = 2 * 1024 * 1024;
  struct Result {
    std::int64_t step = 0;
    std::int64_t signature = 0;
    std::optional<StepCut> cut;
    std::vector<CountedRange> ranges;
  };
  struct Ordered {
    std::int64_t signature = 0;
    std::vector<OrderedLaunch> launches;
  };

  bool keep_result(Result result);
  std::vector<Result> take_results(bool last);
  std::chrono::nanoseconds patience() const;
  void close_counting();
  void cut() noexcept;
  void close_at_cut();
  void follow_launches();
  void take_order(const steps::LaunchInterval& interval);
  void begin_look(const steps::GpuPlan::Look& look);
  bool begin_counting(std::size_t set);
  void trace(bool on);
  bool switch_tracing(bool on);
  void trace_whole_graphs(bool on);
  steps::GpuPlan::Ended ended(const steps::LaunchInterval& interval, std::int64_t ns);
  bool counters_can_be_prepared();
  void refused(const Refusal& refusal, std::optional<std::size_t> set);
  void not_idle();
  void evaluate(bool last, Drained& drained);
  bool wants_cuts();
  void split(Drained& drained);
  void add(const Result& result, std::span<const CountedRange> ranges,
           std::span<const CounterAnswer> answers, Drained& drained);

  const CuptiLibrary& cupti_;
  steps::LaunchLog& launches_;
  const Ways ways_;
  TapeRecorder* tape_;  // null: nothing is kept
  const std::optional<Driver> driver_;
  const std::optional<RangeFunctions> functions_;
  std::optional<RangeCounting> counting_;  // nothing where it is not possible
  std::atomic<int> captures_{0};
  std::atomic<bool> wanted_buffer_{false};  // since the tracing was switched on
  std::atomic<bool> flushed_{false};        // since it was switched off
  std::atomic<bool> robbed_{false};

  std::mutex boundary_;  // below: of the thread that is at a boundary, but for what says otherwise
  std::mutex plan_mutex_;
  steps::GpuPlan plan_;  // plan_mutex_: the drain thread tells it too
  steps::GpuPlan::Look now_;
  bool tracing_ = true;
  bool whole_graphs_ = false;  // are traced as such while kernels are traced
  std::atomic<bool> graphs_can_be_whole_{true};
  bool counters_ready_ = false;
  std::atomic<bool> gave_up_{false};
  bool spoiled_ = false;
  bool taped_step_open_ = false;
  std::int64_t looked_at_ = -1;  // the number of the interval
  std::int64_t launched_before_ = 0;
  std::int64_t last_cut_ns_ = 0;
  std::int64_t next_step_ = 0;
  std::int64_t typical_step_ns_ = 0;
  int not_idle_ = 0;  // in a row
  int busy_ = 0;
  std::int64_t not_before_ = 0;          // the number of an interval
  std::map<std::size_t, int> refusals_;  // by set
  std::vector<CountedRange> closed_;
  bool cut_ = false;                          // the range has ended before the step
  std::map<std::int64_t, int> orders_taken_;  // by signature

  steps::LaunchOrder order_;
  std::mutex results_mutex_;
  std::vector<Result> results_;
  std::size_t results_bytes_ = 0;
  std::int64_t dropped_results_ = 0;
  std::vector<Ordered> orders_;  // results_mutex_
  // The drain thread's:
  counters::ExecutedLedger executed_;
  counters::SplitLedger splits_;
  std::int64_t told_disordered_ = 0;
  int drains_to_wait_ = 0;
  int waited_drains_ = 1;
};

}  // namespace flopprof::capture
