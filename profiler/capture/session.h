#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/capture/config.h"
#include "profiler/capture/step_watcher.h"
#include "profiler/record/drained.h"
#include "profiler/record/observer_port.h"
#include "profiler/steps/launch_log.h"
#include "profiler/steps/ledger.h"
#include "profiler/steps/sampling.h"

namespace flopprof::capture {

/// What one process of the job measures: the counters of its threads, its steps, its faults. The
/// job's threads count and mark; the drain thread takes what has come together.
///
/// All public functions may be called from any thread. A session is never destroyed: the job's
/// threads run on while the process exits.
class Session : private ObserverPort {
 public:
  explicit Session(const Config& config);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  ObserverPort& port() { return *this; }
  /// What the calling thread says of itself; null where no operator was seen on it, or nobody looks
  /// at operators now.
  const ThreadCounters* observed_thread() const noexcept;
  const Config& config() const { return config_; }
  /// Where GPU launches are noted, step by step.
  steps::LaunchLog& launches() { return *launches_; }

  /// From now on `watcher` is told of the boundaries, and has half of the overhead budget. Never
  /// taken back but in the child of a fork.
  void watch_steps(StepWatcher& watcher);

  /// Called when the first thing has been recorded, and again after fork(): time to start draining.
  void on_first_record(std::function<void()> start) { start_draining_ = std::move(start); }

  /// The observer is loaded: from now on its operators are seen.
  void observer_started(const ObserverControl& control, std::int64_t attach_ns);

  // What the observers call, by way of port().
  ThreadCounters* begin_thread();
  void end_thread(ThreadCounters* thread);
  WorkCounters* find_counters(ThreadCounters* thread, const char* op, Phase phase,
                              const char* layer);
  void end_update(const StepHints& hints);
  void add_fault(const std::string& what, const std::string& detail, const std::string& remedy);
  const char* find_formula(const char* op);

  /// Something was recorded without a thread's counters: a mark.
  void thread_recorded();

  // Marks: what the job itself says. A marked step takes the place of the optimisers' updates.
  void step_began(const char* source);
  void step_ended(const char* source);

  /// Whether nobody tells of steps, so that they may be found in what is launched.
  bool may_find_steps() const noexcept { return may_find_steps_.load(std::memory_order_relaxed); }
  /// Where a step that was found begins; whether what ends here was one, too.
  void found_step_began(bool after_step);

  /// The same pointer for the same text, valid for ever.
  const char* interned(const std::string& text);
  /// The expression has been checked.
  void add_formula(const std::string& op, const std::string& expression);

  /// All that is new. With `last`, the final word of a process that ends in good order.
  Drained drain(bool last);
  /// The drain thread's own cost so far.
  void drain_cost_ns(std::int64_t thread_cpu_ns);

  // Around fork(): nobody else may hold the lock, and the child starts from nothing.
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

  std::int64_t started_at_ns() const { return started_at_ns_; }

 private:
  struct Cell {
    WorkCounters counters;
    steps::WorkSums taken;  // what the ledger already has
    std::uint32_t slot = 0;
  };
  struct Thread : ThreadCounters {
    std::deque<Cell> cells;
    std::uint64_t signature_taken = 0;
    bool in_use = true;
    bool before_fork = false;  // a thread of the parent: its cells mean nothing here
  };

  static Session& of(ObserverPort* port) { return *static_cast<Session*>(port); }
  void wire_port();

  class Boundary;
  bool takes_steps_of(std::string_view source);
  bool replaces_found_steps(std::string_view source);
  void step_opened(bool observe);

  // All below need the lock.
  void restart();
  void end_step(const StepHints& hints);
  void end_outside();
  void plan_next_step();
  void look_if_overdue();
  std::uint32_t collect();
  void collect_cell(Cell& cell);
  std::uint64_t callbacks() const;
  std::uint64_t take_batches();
  double ns_per_tick() const;
  void switch_observer(bool on);

  const Config config_;
  ObserverControl control_{};
  std::function<void()> start_draining_;
  std::atomic<StepWatcher*> watcher_{nullptr};
  std::atomic<bool> may_find_steps_{config_.step_range.empty()};
  std::atomic<bool> observes_{true};  // observing_, for who does not hold the lock

  std::mutex mutex_;
  std::deque<Thread> threads_;
  steps::Ledger ledger_;
  std::unique_ptr<steps::LaunchLog> launches_ = std::make_unique<steps::LaunchLog>();
  steps::SamplingPlan plan_;
  std::map<std::pair<std::string, std::string>, Fault> faults_;  // by what and detail
  std::set<std::string> texts_;
  std::map<std::string, const char*> formulas_;
  std::string step_source_;
  bool marked_step_open_ = false;
  bool observing_ = true;
  bool draining_ = false;
  bool came_late_ = false;  // the observer was switched on in the middle of the open interval
  std::uint64_t callbacks_taken_ = 0;
  std::uint64_t callbacks_before_ = 0;  // counted before fork()
  std::uint64_t batches_taken_ = 0;
  std::int64_t started_at_ns_ = 0;
  std::int64_t started_monotonic_ns_ = 0;
  std::uint64_t started_ticks_ = 0;
  std::int64_t step_began_ns_ = 0;  // monotonic
  std::int64_t own_ns_ = 0;
  std::int64_t unobserved_step_ns_ = 0;  // what the end of such a step takes
  std::int64_t drain_ns_ = 0;
};

}  // namespace flopprof::capture
