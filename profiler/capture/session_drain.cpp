// The part of a session that hands over what it has, and begins anew in the child of a fork.

#include <utility>

#include "profiler/capture/session.h"
#include "profiler/capture/this_process.h"

namespace flopprof::capture {

Drained Session::drain(bool last) {
  const std::lock_guard lock(mutex_);
  if (last)
    ObserverPort::alive.store(false);
  else
    look_if_overdue();
  if (observing_) collect();
  if (last) {
    if (came_late_) ledger_.forget_training();
    ledger_.finish(take_batches());
  }
  auto changes = ledger_.take_changes(ns_per_tick());
  Drained drained{.written_at_ns = now_ns(),
                  .steps = std::move(changes.steps),
                  .work = std::move(changes.work)};
  if (changes.dropped_steps > 0) {
    drained.faults.push_back({.what = "steps dropped",
                              .count = changes.dropped_steps,
                              .since_ns = drained.written_at_ns,
                              .detail = "steps ended faster than they could be written",
                              .remedy = "totals leave them out"});
  }
  for (auto& [key, counted] : faults_) {
    if (counted.count > 0) drained.faults.push_back(counted);
    counted.count = 0;
  }
  const auto served = static_cast<std::int64_t>(callbacks());
  const std::int64_t own = own_ns_ + drain_ns_;
  drained.overhead = {.callbacks = served,
                      .callback_ns = control_.callback_ns,
                      .own_ns = own,
                      .total_ns = own + static_cast<std::int64_t>(static_cast<double>(served) *
                                                                  control_.callback_ns),
                      .step_source = step_source_};
  if (control_.libtorch_version != nullptr) drained.libtorch = control_.libtorch_version;
  drained.last = last;
  return drained;
}

void Session::drain_cost_ns(std::int64_t thread_cpu_ns) {
  const std::lock_guard lock(mutex_);
  drain_ns_ = thread_cpu_ns;
}

void Session::after_fork_in_child() {
  ledger_ = steps::Ledger();
  // Leaked: another thread of the parent may have held its lock.
  static_cast<void>(launches_.release());
  launches_ = std::make_unique<steps::LaunchLog>();
  plan_ = steps::SamplingPlan(config_.overhead_budget, config_.every_steps);
  faults_.clear();
  // Kept, for an operator that was running may still write to its cells; never read again.
  for (Thread& thread : threads_) thread.in_use = thread.before_fork = true;
  callbacks_before_ = 0;
  callbacks_before_ = callbacks();
  callbacks_taken_ = 0;
  take_batches();
  own_ns_ = drain_ns_ = 0;
  watcher_ = nullptr;
  step_source_.clear();
  may_find_steps_ = config_.step_range.empty() && control_.libtorch_version == nullptr;
  marked_step_open_ = draining_ = came_late_ = false;
  restart();
  ObserverPort::generation.fetch_add(1);
  if (!observing_ && control_.observe != nullptr) control_.observe(true);
  observing_ = true;
  observes_ = true;
  mutex_.unlock();
}

}  // namespace flopprof::capture
