#pragma once

#include <ATen/record_function.h>

#include <string>

#include "integrations/libtorch/thread_state.h"

namespace flopprof::libtorch {

/// Says what a scope that has just been entered is for: from the scope around it, from autograd's
/// nodes, from the optimisers' scopes and from whether gradients are recorded.
void enter_phase(ThreadState& thread, Frame& frame, const Frame* outer,
                 const at::RecordFunction& function);

/// A counted operator ran where no gradients are recorded: a forward pass of an evaluation, to
/// which the scopes around it belong too.
void begin_evaluation(ThreadState& thread);

/// The number of the backward pass that the calling thread is in, or -1. Torch before 2.0 does not
/// tell.
std::int64_t graph_task();

/// A node of the graph that somebody wrote: its name has not the digits of torch's own.
bool is_custom_node(const std::string& name);

/// The scope `call` ends, perhaps out of order: forgets those above it. False when it is not on
/// this thread.
bool drop_above(ThreadState& thread, const void* call);

// Autograd gives a node the number and the thread of the operator that made it, which leads from a
// backward operator to its layer. Kept for the backward passes of one step.
void remember_layer(std::uint64_t thread, std::int64_t sequence, const char* layer);
const char* remembered_layer(std::uint64_t thread, std::int64_t sequence);
void forget_layers();

}  // namespace flopprof::libtorch
