#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

// The seam between libflopprof.so and an observer of LibTorch. The two are built apart, perhaps by
// different compilers on different days, so what crosses it is a C layout: plain functions and
// lock-free atomics. Change it only together with kObserverPortVersion.

namespace flopprof {

inline constexpr std::uint32_t kObserverPortVersion = 2;

/// Processor ticks where they are cheap to read, else nanoseconds. libflopprof.so knows the rate.
inline std::uint64_t ticks_now() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Running sums of one operator, phase and layer on one thread. Only that thread writes, any may
/// read; they never go back, so a reader takes differences. `calls` is written last: who sees a new
/// value of it sees the sums that belong to it.
struct WorkCounters {
  std::atomic<std::uint64_t> model_flops{0};
  std::atomic<std::uint64_t> recomputed_flops{0};
  std::atomic<std::uint64_t> uncounted_calls{0};
  std::atomic<std::uint64_t> cpu_ticks{0};
  std::atomic<std::uint64_t> calls{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// What one thread says of itself, under the same rules.
struct ThreadCounters {
  std::atomic<std::uint64_t> signature{0};  ///< sum over operators of a hash of operator and shapes
  std::atomic<std::uint64_t> callbacks{0};
  /// The innermost scope that is open, for what is launched in it: its operator, valid for ever, or
  /// null, and a Phase.
  std::atomic<const char*> running_op{nullptr};
  std::atomic<std::uint8_t> running_phase{4};
};

/// Adds without a locked instruction: the caller is the only writer.
inline void add_alone(std::atomic<std::uint64_t>& sum, std::uint64_t value,
                      std::memory_order order = std::memory_order_relaxed) noexcept {
  sum.store(sum.load(std::memory_order_relaxed) + value, order);
}

/// What the cheap, always-on part of an observer saw between two updates. Steps whose hints differ
/// never stand in for each other.
struct StepHints {
  std::uint64_t autograd_nodes = 0;  ///< nodes of the graph made by the updating thread
  std::uint64_t optimizer = 0;       ///< hash of the optimiser's name
};

/// libflopprof.so's side. Every function takes the port itself first, may be called from any thread
/// and throws nothing.
struct ObserverPort {
  std::uint32_t version = kObserverPortVersion;
  /// False once the process is ending: the observer returns at once.
  std::atomic<bool> alive{true};
  /// Changes when a thread must ask for its counters anew: after fork(), or with a new formula.
  std::atomic<std::uint32_t> generation{1};
  std::atomic<bool> layers{false};  ///< layers are being recorded
  /// DataLoader requests so far, those that end an epoch included; the observer counts.
  std::atomic<std::uint64_t> batches{0};
  ThreadCounters* (*thread_began)(ObserverPort* port) = nullptr;
  void (*thread_ended)(ObserverPort* port, ThreadCounters* thread) = nullptr;
  /// The same for the same arguments; null when memory is out. `phase` is a Phase. `layer` may be
  /// null.
  WorkCounters* (*counters_of)(ObserverPort* port, ThreadCounters* thread, const char* op,
                               std::uint8_t phase, const char* layer) = nullptr;
  /// The user's formula of an operator, or null. Valid for ever.
  const char* (*formula_of)(ObserverPort* port, const char* op) = nullptr;
  /// The innermost layer that the calling thread has entered, or null. Valid for ever.
  const char* (*current_layer)(ObserverPort* port) = nullptr;
  void (*fault)(ObserverPort* port, const char* what, const char* detail,
                const char* remedy) = nullptr;
  /// An optimiser update is complete: the step ends here.
  void (*update_ended)(ObserverPort* port, const StepHints* hints) = nullptr;
};

/// The observer's side, filled in by its `flopprof_observer_start`.
struct ObserverControl {
  /// Switches the operator callbacks on or off for all threads. Step ends are seen either way.
  void (*observe)(bool on);
  /// What one operator callback costs the job, torch's dispatch of it included; measured at start.
  double callback_ns;
  const char* libtorch_version;
};

/// Exported by the observer as `flopprof_observer_start`. Returns 0, or not 0 when it does not fit
/// the port, with `control` untouched.
using ObserverStart = int (*)(ObserverPort* port, ObserverControl* control);

}  // namespace flopprof
