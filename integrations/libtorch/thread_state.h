#pragma once

#include <ATen/record_function.h>

#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "integrations/libtorch/operators.h"
#include "profiler/record/observer_port.h"
#include "profiler/record/phase.h"

namespace flopprof::libtorch {

/// A scope that is open on a thread.
struct Frame {
  enum class Kind : std::uint8_t { kOperator, kNode, kOptimizer };
  const void* call = nullptr;    ///< the RecordFunction, or what stands for an optimiser's scope
  const Operator* op = nullptr;  ///< null for kOptimizer
  std::uint64_t began_at = 0;    ///< ticks
  std::uint64_t inner_ticks = 0;
  std::uint64_t flops = 0;
  flops::Checked elements;   ///< twice those of a packed linear's input
  std::int64_t columns = 0;  ///< of its weight, where that was unpacked; else 0
  const char* layer = nullptr;
  std::uint64_t update = 0;  ///< of an optimiser's step, by its name; 0 otherwise
  Kind kind = Kind::kOperator;
  Phase phase = Phase::kOther;
  bool recomputes = false;     ///< a forward operator that the backward pass runs again
  bool grad_enabled = false;   ///< when the scope was entered
  bool counted = false;        ///< `flops` is the call's: what it calls inside is part of it
  bool uncounted = false;      ///< floating-point work that nothing counts, unless others do inside
  bool awaits_result = false;  ///< the count needs the result's sizes
  bool recorded = true;        ///< false: its work is seen again inside, or does not happen
  bool work_inside = false;    ///< an inner scope did floating-point work, counted or not
};

/// What the observer keeps for one thread. Scopes end on the thread that began them, but for those
/// that others make asynchronous; those are not put here.
class ThreadState {
 public:
  explicit ThreadState(ObserverPort& port) : port_(port) { renew(); }
  ~ThreadState() { port_.thread_ended(&port_, counters_); }
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

  /// The calling thread's; null while the thread is ending.
  static ThreadState* current(ObserverPort& port);

  Frame* top() { return depth_ == 0 ? nullptr : &frames_[depth_ - 1]; }
  /// Null when scopes nest deeper than any job's do: that call is not recorded.
  Frame* push();
  void pop() {
    --depth_;
    tell_running();
  }
  /// Says which scope the thread is in, once its phase is known.
  void tell_running() {
    const Frame* frame = top();
    const char* op = frame == nullptr || frame->op == nullptr ? nullptr : frame->op->name.c_str();
    const Phase phase = frame == nullptr ? Phase::kOther : frame->phase;
    counters_->running_op.store(op, std::memory_order_relaxed);
    counters_->running_phase.store(static_cast<std::uint8_t>(phase), std::memory_order_relaxed);
  }
  /// Closes the top scope, whose time and work are part of the one around it.
  void leave(std::uint64_t ticks, bool did_work);
  std::size_t depth() const { return depth_; }
  Frame& frame(std::size_t i) { return frames_[i]; }

  WorkCounters* counters_of(const Operator& op, Phase phase, const char* layer);
  ThreadCounters& counters() { return *counters_; }

  /// After fork(), or with new formulas: ask for the counters anew.
  void renew_if_stale() {
    if (generation_ != port_.generation.load(std::memory_order_relaxed)) renew();
  }

  OperatorCache operators;
  bool inside_counted = false;        ///< the top frame is counted: nothing inside it is looked at
  bool evaluating = false;            ///< a forward pass without gradients is under way
  int optimizers = 0;                 ///< steps of optimisers that are open, one inside the other
  std::uint64_t nodes_before = 0;     ///< autograd sequence number at the last update
  std::int64_t last_graph_task = -1;  ///< backward pass in which an optimiser last stepped

 private:
  static constexpr std::size_t kDeepest = 512;
  void renew();

  ObserverPort& port_;
  ThreadCounters* counters_ = nullptr;
  std::uint32_t generation_ = 0;
  std::size_t depth_ = 0;
  std::array<Frame, kDeepest> frames_;
  std::vector<WorkCounters*> by_operator_;  // [operator x phase], without layers
  struct LayerKey {
    std::uint64_t operator_and_phase;
    const char* layer;
    bool operator==(const LayerKey& other) const {
      return operator_and_phase == other.operator_and_phase && layer == other.layer;
    }
  };
  struct LayerHash {
    std::size_t operator()(const LayerKey& key) const {
      return key.operator_and_phase * 0x9e3779b97f4a7c15u ^
             reinterpret_cast<std::uintptr_t>(key.layer);
    }
  };
  std::unordered_map<LayerKey, WorkCounters*, LayerHash> by_layer_;
};

}  // namespace flopprof::libtorch
