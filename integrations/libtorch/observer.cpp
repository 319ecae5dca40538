// The observer of LibTorch: sees every operator of the job through torch's own RecordFunction, and
// the optimisers' updates, and tells libflopprof.so. One shared object for each LibTorch.

#include <ATen/Parallel.h>
#include <ATen/SequenceNumber.h>
#include <ATen/record_function.h>
#include <torch/version.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <string_view>

#include "integrations/libtorch/counting.h"
#include "integrations/libtorch/operators.h"
#include "integrations/libtorch/phases.h"
#include "integrations/libtorch/thread_state.h"

namespace flopprof::libtorch {
namespace {

ObserverPort* port = nullptr;
std::atomic<at::CallbackHandle> operator_callback{at::INVALID_CALLBACK_HANDLE};
std::atomic<bool> sees_results{false};

/// With layers: where the backward node of a forward operator belongs.
const char* layer_of(ThreadState& thread, const at::RecordFunction& function, Frame::Kind kind) {
  if (!port->layers.load(std::memory_order_relaxed)) return nullptr;
  if (kind == Frame::Kind::kNode)
    return remembered_layer(function.forwardThreadId(), function.seqNr());
  const Frame* outer = thread.depth() > 1 ? &thread.frame(thread.depth() - 2) : nullptr;
  const bool in_node = outer != nullptr && outer->phase == Phase::kBackward && !outer->recomputes;
  const char* layer = in_node ? outer->layer : port->current_layer(port);
  if (layer != nullptr && function.seqNr() >= 0) {
    remember_layer(at::RecordFunction::currentThreadId(), function.seqNr(), layer);
  }
  return layer;
}

void use_results();

void begin(const at::RecordFunction& function, Frame::Kind kind) {
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr) return;
  add_alone(thread->counters().callbacks, 1);
  if (thread->inside_counted) return;
  thread->renew_if_stale();
  const Operator& op = thread->operators.of(*port, function);
  if (op.is_observers_own || function.isAsync()) return;
  if (op.is_engine) kind = Frame::Kind::kNode;
  const Frame* outer = thread->top();
  Frame* frame = thread->push();
  if (frame == nullptr) {
    port->fault(port, "operators nested too deeply", op.name.c_str(), "");
    return;
  }
  frame->call = &function;
  frame->op = &op;
  frame->kind = kind;
  frame->began_at = ticks_now();
  enter_phase(*thread, *frame, outer, function);
  frame->layer = layer_of(*thread, function, kind);
  if (kind == Frame::Kind::kOperator) {
    if (!op.does_no_flops) look_at_arguments(*port, *frame, function, sees_results.load());
    if (frame->awaits_result && !sees_results.load()) use_results();
    if (frame->counted && frame->phase == Phase::kOther) begin_evaluation(*thread);
    thread->inside_counted = frame->counted;
  } else {
    // A backward function written by hand, in Python or C++, may compute without any operator.
    frame->uncounted = is_custom_node(op.name);
  }
}

/// Work that another operator hands to the threads of a parallel region is that operator's.
bool is_part_of_another_thread(const ThreadState& thread) {
  return thread.depth() == 1 && at::in_parallel_region();
}

void settle(ThreadState& thread, Frame& frame, const at::RecordFunction& function) {
  if (frame.awaits_result) finish_packed_linear(frame, function);
  if (!frame.recorded) return;
  // Kernels allocate, so that something inside is no sign that the work is done there.
  frame.uncounted = frame.uncounted && !frame.work_inside;
  if (frame.kind == Frame::Kind::kNode && !frame.uncounted) return;
  WorkCounters* counters = thread.counters_of(*frame.op, frame.phase, frame.layer);
  if (counters == nullptr) return;
  if (frame.counted) {
    add_alone(frame.recomputes ? counters->recomputed_flops : counters->model_flops, frame.flops);
  }
  if (frame.uncounted) add_alone(counters->uncounted_calls, 1);
  const std::uint64_t ticks = ticks_now() - frame.began_at;
  add_alone(counters->cpu_ticks, ticks - std::min(ticks, frame.inner_ticks));
  add_alone(counters->calls, 1, std::memory_order_release);
  add_alone(thread.counters().signature, (frame.op->hash + frame.flops) * 0x9e3779b97f4a7c15u +
                                             static_cast<std::uint64_t>(frame.phase));
}

/// An exception ends the scope: its own work was not done, or not to the end. What it called before
/// was. (A checkpoint stops its second forward pass in this way.)
bool is_unwinding() { return std::uncaught_exceptions() > 0; }

void give_up(Frame& frame) {
  frame.recorded = false;
  frame.counted = frame.uncounted = false;
}

void end(const at::RecordFunction& function) {
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr) return;
  Frame* frame = thread->top();
  if (frame == nullptr) return;
  if (frame->call != &function) {
    if (thread->inside_counted || !drop_above(*thread, function)) return;
    frame = thread->top();
  }
  thread->inside_counted = false;
  if (is_unwinding()) give_up(*frame);
  if (frame->kind != Frame::Kind::kOptimizer && !is_part_of_another_thread(*thread)) {
    settle(*thread, *frame, function);
  }
  const std::uint64_t ticks = ticks_now() - frame->began_at;
  const bool did_work = frame->counted || frame->uncounted || frame->work_inside;
  thread->pop();
  if (Frame* outer = thread->top()) {
    outer->inner_ticks += ticks;
    outer->work_inside = outer->work_inside || did_work;
  }
}

std::unique_ptr<at::ObserverContext> on_operator(const at::RecordFunction& function) {
  if (!port->alive.load(std::memory_order_relaxed)) return nullptr;
  try {
    begin(function, function.scope() == at::RecordScope::BACKWARD_FUNCTION
                        ? Frame::Kind::kNode
                        : Frame::Kind::kOperator);
  } catch (const std::exception& error) {
    port->fault(port, "observer failed", error.what(), "");
  }
  return nullptr;
}

void on_operator_end(const at::RecordFunction& function, at::ObserverContext*) {
  if (!port->alive.load(std::memory_order_relaxed)) return;
  try {
    end(function);
  } catch (const std::exception& error) {
    port->fault(port, "observer failed", error.what(), "");
  }
}

at::RecordFunctionCallback operator_observer(bool with_results) {
  return at::RecordFunctionCallback(&on_operator, &on_operator_end)
      .needsInputs(true)
      .needsOutputs(with_results)
      .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
}

/// From the first operator on whose weights are packed out of sight, results are looked at too:
/// torch copies them for that, so not before they are needed.
void use_results() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (sees_results) return;
  sees_results = true;
  at::disableCallback(operator_callback);
  operator_callback = at::addGlobalCallback(operator_observer(true));
}

// The scopes that are always watched: the optimisers' and the DataLoaders'. They are few.

bool is_scope(std::string_view name, std::string_view prefix) {
  return name.substr(0, prefix.size()) == prefix;
}

std::unique_ptr<at::ObserverContext> on_scope(const at::RecordFunction& function) {
  if (!port->alive.load(std::memory_order_relaxed)) return nullptr;
  const std::string_view name = function.name();
  if (is_scope(name, "enumerate(DataLoader)")) {
    port->batches.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  if (!is_scope(name, "Optimizer.")) return nullptr;
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr || thread->inside_counted) return nullptr;
  add_alone(thread->counters().callbacks, 1);
  thread->renew_if_stale();
  Frame* frame = thread->push();
  if (frame == nullptr) return nullptr;
  frame->call = &function;
  frame->kind = Frame::Kind::kOptimizer;
  frame->phase = Phase::kOptimizer;
  frame->began_at = ticks_now();
  if (is_scope(name, "Optimizer.step#")) ++thread->optimizers;
  thread->evaluating = false;
  return nullptr;
}

/// An update inside a backward pass (an optimiser a parameter, stepping as gradients come) ends a
/// step once a pass: with the first of them.
bool ends_a_step(ThreadState& thread) {
  const std::int64_t pass = graph_task();
  if (pass == -1) return true;
  return pass != std::exchange(thread.last_graph_task, pass);
}

void on_scope_end(const at::RecordFunction& function, at::ObserverContext*) {
  if (!port->alive.load(std::memory_order_relaxed)) return;
  const std::string_view name = function.name();
  if (!is_scope(name, "Optimizer.")) return;
  end(function);
  if (!is_scope(name, "Optimizer.step#")) return;
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr || thread->optimizers == 0 || --thread->optimizers > 0) return;
  if (!ends_a_step(*thread)) return;
  const std::uint64_t nodes = at::sequence_number::peek();
  const StepHints hints{.autograd_nodes = nodes - std::exchange(thread->nodes_before, nodes),
                        .optimizer = std::hash<std::string_view>()(name)};
  forget_layers();
  port->update_ended(port, &hints);
}

void observe(bool on) {
  if (on)
    at::reenableCallback(operator_callback);
  else
    at::disableCallback(operator_callback);
}

/// What one operator callback costs here, torch's dispatch of it included: the same scope, entered
/// often enough with three integers for arguments, less what it costs unobserved. Boxing tensors is
/// not in it: where steps are sampled, the run itself shows what that adds.
double measure_callback_ns() {
  constexpr int kCalls = 2000;
  const std::vector<c10::IValue> arguments(3, c10::IValue(std::int64_t{1}));
  const auto measure = [&] {
    const auto began_at = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) {
      at::RecordFunction guard(at::RecordScope::FUNCTION);
      if (guard.isActive()) guard.before("profiler::_record_function_calibration", &arguments);
    }
    const std::chrono::duration<double, std::nano> took =
        std::chrono::steady_clock::now() - began_at;
    return took.count() / kCalls;
  };
  const double observed = std::min(measure(), measure());
  observe(false);
  const double unobserved = std::min(measure(), measure());
  observe(true);
  return std::max(0.0, observed - unobserved);
}

int start(ObserverPort* given, ObserverControl* control) {
  if (given->version != kObserverPortVersion || port != nullptr) return 1;
  port = given;
  guard_registry_across_fork();
  operator_callback = at::addGlobalCallback(operator_observer(false));
  at::addGlobalCallback(
      at::RecordFunctionCallback(&on_scope, &on_scope_end).scopes({at::RecordScope::USER_SCOPE}));
  control->callback_ns = measure_callback_ns();
  control->observe = &observe;
  control->libtorch_version = TORCH_VERSION;
  return 0;
}

}  // namespace
}  // namespace flopprof::libtorch

extern "C" __attribute__((visibility("default"))) int flopprof_observer_start(
    flopprof::ObserverPort* port, flopprof::ObserverControl* control) {
  try {
    return flopprof::libtorch::start(port, control);
  } catch (const std::exception&) {
    return 1;
  }
}
