// The part of a session that counts: the counters of its threads, and what is new in them.

#include <utility>

#include "profiler/capture/session.h"

namespace flopprof::capture {

namespace {

thread_local ThreadCounters* this_thread = nullptr;

}  // namespace

ThreadCounters* Session::begin_thread() {
  thread_recorded();
  const std::lock_guard lock(mutex_);
  for (Thread& thread : threads_) {
    if (!std::exchange(thread.in_use, true)) return this_thread = &thread;
  }
  return this_thread = &threads_.emplace_back();
}

const ThreadCounters* Session::observed_thread() const noexcept {
  return observes_.load(std::memory_order_relaxed) ? this_thread : nullptr;
}

void Session::end_thread(ThreadCounters* thread) {
  const std::lock_guard lock(mutex_);
  static_cast<Thread*>(thread)->in_use = false;
  if (this_thread == thread) this_thread = nullptr;
}

WorkCounters* Session::find_counters(ThreadCounters* thread, const char* op, Phase phase,
                                     const char* layer) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t slot = ledger_.slot_of(op, phase, layer == nullptr ? "" : layer);
  auto& cells = static_cast<Thread*>(thread)->cells;
  for (Cell& cell : cells) {
    if (cell.slot == slot) return &cell.counters;
  }
  Cell& cell = cells.emplace_back();
  cell.slot = slot;
  return &cell.counters;
}

void Session::collect_cell(Cell& cell) {
  const auto now = [](const std::atomic<std::uint64_t>& sum) {
    return static_cast<std::int64_t>(sum.load(std::memory_order_relaxed));
  };
  // Acquire pairs with the writer's release of `calls`: the other sums belong to it or are newer.
  const auto calls = static_cast<std::int64_t>(cell.counters.calls.load(std::memory_order_acquire));
  if (calls == cell.taken.calls) return;
  const WorkCounters& sums = cell.counters;
  steps::WorkSums total;
  total.calls = calls;
  total.uncounted_calls = now(sums.uncounted_calls);
  total.cpu_ticks = now(sums.cpu_ticks);
  total.model_flops = sums.model_flops.load(std::memory_order_relaxed);
  total.recomputed_flops = sums.recomputed_flops.load(std::memory_order_relaxed);
  steps::WorkSums news;
  news.calls = total.calls - cell.taken.calls;
  news.uncounted_calls = total.uncounted_calls - cell.taken.uncounted_calls;
  news.cpu_ticks = total.cpu_ticks - cell.taken.cpu_ticks;
  // Differences of counters that wrap are right as long as a step stays below 64 bits.
  news.model_flops = static_cast<std::uint64_t>(total.model_flops) -
                     static_cast<std::uint64_t>(cell.taken.model_flops);
  news.recomputed_flops = static_cast<std::uint64_t>(total.recomputed_flops) -
                          static_cast<std::uint64_t>(cell.taken.recomputed_flops);
  cell.taken = total;
  ledger_.add(cell.slot, news);
}

std::uint32_t Session::collect() {
  std::uint64_t signature = 0;
  for (Thread& thread : threads_) {
    if (thread.before_fork) continue;
    for (Cell& cell : thread.cells) collect_cell(cell);
    const std::uint64_t now = thread.signature.load(std::memory_order_relaxed);
    signature += now - thread.signature_taken;
    thread.signature_taken = now;
  }
  return static_cast<std::uint32_t>((signature ^ (signature >> 31)) & 0x7fffffff);
}

std::uint64_t Session::callbacks() const {
  std::uint64_t sum = 0;
  for (const Thread& thread : threads_) sum += thread.callbacks.load(std::memory_order_relaxed);
  return sum - callbacks_before_;
}

}  // namespace flopprof::capture
