// The observer of LibTorch: sees every operator of the job through torch's own RecordFunction, and
// the optimisers' updates (scopes.h), and tells libflopprof.so. One shared object for each
// LibTorch.

#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <pthread.h>
#include <torch/version.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <utility>

#include "integrations/libtorch/counting.h"
#include "integrations/libtorch/operators.h"
#include "integrations/libtorch/phases.h"
#include "integrations/libtorch/scopes.h"
#include "integrations/libtorch/thread_state.h"

namespace flopprof::libtorch {
namespace {

ObserverPort* port = nullptr;
std::mutex callbacks_mutex;
bool process_ends = false;  ///< torch's own list of callbacks may be gone
/// Of operators and of backward nodes; invalid while steps are not observed.
std::array<at::CallbackHandle, 2> operator_callbacks{at::INVALID_CALLBACK_HANDLE,
                                                     at::INVALID_CALLBACK_HANDLE};
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
  thread->tell_running();
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

void settle(ThreadState& thread, Frame& frame, const at::RecordFunction& function,
            std::uint64_t ticks) {
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
    if (thread->inside_counted || !drop_above(*thread, &function)) return;
    frame = thread->top();
  }
  thread->inside_counted = false;
  if (is_unwinding()) give_up(*frame);
  const std::uint64_t ticks = ticks_now() - frame->began_at;
  if (!is_part_of_another_thread(*thread)) settle(*thread, *frame, function, ticks);
  thread->leave(ticks, frame->counted || frame->uncounted || frame->work_inside);
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

/// Backward nodes are told apart from operators only by what torch keeps for them: of a node nobody
/// reads the arguments.
void add_operator_callbacks() {
  operator_callbacks = {
      at::addGlobalCallback(at::RecordFunctionCallback(&on_operator, &on_operator_end)
                                .needsInputs(true)
                                .needsOutputs(sees_results)
                                .scopes({at::RecordScope::FUNCTION})),
      at::addGlobalCallback(at::RecordFunctionCallback(&on_operator, &on_operator_end)
                                .scopes({at::RecordScope::BACKWARD_FUNCTION}))};
}

/// Scopes that are open keep the callbacks that they began with.
void remove_operator_callbacks() {
  for (at::CallbackHandle& callback : operator_callbacks) {
    at::removeCallback(std::exchange(callback, at::INVALID_CALLBACK_HANDLE));
  }
}

/// Takes the callbacks out rather than disabling them: torch copies its list of callbacks, disabled
/// ones too, for every node of every backward pass.
void observe(bool on) {
  const std::lock_guard lock(callbacks_mutex);
  if (process_ends || on == (operator_callbacks[0] != at::INVALID_CALLBACK_HANDLE)) return;
  on ? add_operator_callbacks() : remove_operator_callbacks();
}

/// From the first operator on whose weights are packed out of sight, results are looked at too:
/// torch copies them for that, so not before they are needed.
void use_results() {
  const std::lock_guard lock(callbacks_mutex);
  if (process_ends || sees_results.exchange(true) ||
      operator_callbacks[0] == at::INVALID_CALLBACK_HANDLE)
    return;
  remove_operator_callbacks();
  add_operator_callbacks();
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
  pthread_atfork([] { callbacks_mutex.lock(); }, [] { callbacks_mutex.unlock(); },
                 [] { callbacks_mutex.unlock(); });
  observe(true);
  // Registered after torch has made its list, and so called before that is destroyed.
  std::atexit([] {
    const std::lock_guard lock(callbacks_mutex);
    process_ends = true;
  });
  watch_scopes(*port);
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
