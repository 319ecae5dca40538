#include "integrations/libtorch/scopes.h"

#include <ATen/SequenceNumber.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <exception>
#include <functional>
#include <string_view>
#include <utility>

#include "integrations/libtorch/phases.h"
#include "integrations/libtorch/thread_state.h"

namespace flopprof::libtorch {
namespace {

ObserverPort* port = nullptr;

bool is_scope(std::string_view name, std::string_view prefix) {
  return name.substr(0, prefix.size()) == prefix;
}

void scope_began(const void* scope, std::string_view name) {
  if (is_scope(name, "enumerate(DataLoader)")) {
    port->batches.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (!is_scope(name, "Optimizer.")) return;
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr || thread->inside_counted) return;
  add_alone(thread->counters().callbacks, 1);
  thread->renew_if_stale();
  Frame* frame = thread->push();
  if (frame == nullptr) return;
  frame->call = scope;
  frame->kind = Frame::Kind::kOptimizer;
  frame->phase = Phase::kOptimizer;
  frame->began_at = ticks_now();
  if (is_scope(name, "Optimizer.step#")) {
    frame->update = std::hash<std::string_view>()(name) | 1;
    ++thread->optimizers;
  }
  thread->evaluating = false;
}

/// An update inside a backward pass (an optimiser a parameter, stepping as gradients come) ends a
/// step once a pass: with the first of them.
bool ends_a_step(ThreadState& thread) {
  const std::int64_t pass = graph_task();
  if (pass == -1) return true;
  return pass != std::exchange(thread.last_graph_task, pass);
}

void update_ended(ThreadState& thread, std::uint64_t update) {
  if (thread.optimizers == 0 || --thread.optimizers > 0 || !ends_a_step(thread)) return;
  const std::uint64_t nodes = at::sequence_number::peek();
  const StepHints hints{.autograd_nodes = nodes - std::exchange(thread.nodes_before, nodes),
                        .optimizer = update};
  forget_layers();
  port->update_ended(port, &hints);
}

void scope_ended(const void* scope) {
  ThreadState* thread = ThreadState::current(*port);
  if (thread == nullptr || thread->inside_counted || !drop_above(*thread, scope)) return;
  const Frame frame = *thread->top();
  thread->leave(ticks_now() - frame.began_at, frame.work_inside);
  if (frame.update != 0) update_ended(*thread, frame.update);
}

/// Runs what the operator does without us, who sit at `key`.
void redispatch(const c10::OperatorHandle& op, c10::DispatchKeySet keys, c10::DispatchKey key,
                torch::jit::Stack* stack) {
  op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, key), stack);
}

/// What stands for a scope between the two operators: an object, or a tensor in the older pair.
const void* scope_of(const c10::IValue& value) {
  if (value.isObject()) return &value.toObjectRef();
  if (value.isTensor()) return value.toTensor().unsafeGetTensorImpl();
  return nullptr;
}

void on_enter(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
  const c10::IValue& name = stack->at(stack->size() - op.schema().arguments().size());
  // Kept, for the operator consumes its arguments.
  const bool ours = name.isString() && (is_scope(name.toStringRef(), "Optimizer.") ||
                                        is_scope(name.toStringRef(), "enumerate("));
  const c10::IValue kept = ours ? name : c10::IValue();
  redispatch(op, keys, c10::DispatchKey::BackendSelect, stack);
  if (!ours || !port->alive.load(std::memory_order_relaxed)) return;
  try {
    scope_began(scope_of(stack->back()), kept.toStringRef());
  } catch (const std::exception& error) {
    port->fault(port, "observer failed", error.what(), "");
  }
}

template <c10::DispatchKey key>
void on_exit(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
  const void* scope = scope_of(stack->back());
  redispatch(op, keys, key, stack);
  if (!port->alive.load(std::memory_order_relaxed)) return;
  try {
    scope_ended(scope);
  } catch (const std::exception& error) {
    port->fault(port, "observer failed", error.what(), "");
  }
}

bool has_operator(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchema({name, overload}).has_value();
}

/// Kept for ever. No operator of torch's own is registered at these keys.
torch::Library& library(c10::DispatchKey key) {
  return *new torch::Library(torch::Library::IMPL, "profiler", key, __FILE__, __LINE__);
}

}  // namespace

void watch_scopes(ObserverPort& given) {
  port = &given;
  constexpr auto kAnyCall = c10::DispatchKey::BackendSelect;
  // A tensor's autograd key comes first and would call the operator itself.
  constexpr auto kWithTensor = c10::DispatchKey::AutogradCPU;
  const bool by_tensor = has_operator("profiler::_record_function_enter", "");
  const bool by_object = has_operator("profiler::_record_function_enter_new", "");
  if (!by_tensor && !by_object) {
    port->fault(port, "optimiser steps cannot be seen",
                "this LibTorch has no profiler::_record_function_enter",
                "mark the steps with NVTX ranges (--step-range) or flopprof/mark.h");
    return;
  }
  torch::Library& calls = library(kAnyCall);
  if (by_object) {
    calls.impl("_record_function_enter_new",
               torch::CppFunction::makeFromBoxedFunction<&on_enter>());
    calls.impl("_record_function_exit._RecordFunction",
               torch::CppFunction::makeFromBoxedFunction<&on_exit<kAnyCall>>());
  }
  if (by_tensor) {
    calls.impl("_record_function_enter", torch::CppFunction::makeFromBoxedFunction<&on_enter>());
    calls.impl("_record_function_exit",
               torch::CppFunction::makeFromBoxedFunction<&on_exit<kAnyCall>>());
    library(kWithTensor)
        .impl("_record_function_exit",
              torch::CppFunction::makeFromBoxedFunction<&on_exit<kWithTensor>>());
  }
}

}  // namespace flopprof::libtorch
