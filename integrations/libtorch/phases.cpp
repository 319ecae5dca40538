#include "integrations/libtorch/phases.h"

#include <ATen/core/grad_mode.h>
#include <dlfcn.h>

#include <map>
#include <mutex>

#include "integrations/libtorch/call.h"

namespace flopprof::libtorch {
namespace {

void enter_outermost(ThreadState& thread, Frame& frame) {
  if (frame.grad_enabled) {
    thread.evaluating = false;
    frame.phase = Phase::kForward;
  } else if (graph_task() != -1) {
    // Between two nodes of a backward pass: gradients that meet are added up.
    frame.phase = Phase::kBackward;
  } else {
    frame.phase = thread.evaluating ? Phase::kEvaluation : Phase::kOther;
  }
}

void enter_in_node(Frame& frame, const Frame& node) {
  // A node's own work records no gradients (but under create_graph, where it did from the start).
  // If gradients are recorded now, somebody runs the forward pass again: activation checkpointing.
  frame.phase = Phase::kBackward;
  frame.recomputes = frame.grad_enabled && (!node.grad_enabled || node.op->recomputes);
}

}  // namespace

void enter_phase(ThreadState& thread, Frame& frame, const Frame* outer,
                 const at::RecordFunction& function) {
  frame.grad_enabled = at::GradMode::is_enabled();
  if (frame.kind == Frame::Kind::kNode) {
    thread.evaluating = false;
    frame.phase = Phase::kBackward;
  } else if (outer == nullptr) {
    enter_outermost(thread, frame);
  } else if (outer->kind == Frame::Kind::kNode) {
    enter_in_node(frame, *outer);
  } else if (outer->kind == Frame::Kind::kOptimizer) {
    // A closure (L-BFGS) runs the model inside the optimiser.
    const bool forward = frame.grad_enabled && Call(function.inputs()).requires_grad();
    frame.phase = forward ? Phase::kForward : Phase::kOptimizer;
  } else {
    frame.phase = outer->phase;
    frame.recomputes = outer->recomputes;
  }
}

void begin_evaluation(ThreadState& thread) {
  thread.evaluating = true;
  for (std::size_t i = 0; i < thread.depth(); ++i) {
    if (thread.frame(i).phase == Phase::kOther) thread.frame(i).phase = Phase::kEvaluation;
  }
}

std::int64_t graph_task() {
  // int torch::autograd::get_current_graph_task_id(), where there is one.
  static const auto ask = reinterpret_cast<int (*)()>(
      dlsym(RTLD_DEFAULT, "_ZN5torch8autograd25get_current_graph_task_idEv"));
  return ask == nullptr ? -1 : ask();
}

bool is_custom_node(const std::string& name) {
  const char last = name.empty() ? '0' : name.back();
  return !(last >= '0' && last <= '9') && name.find("autograd::") == std::string::npos &&
         name.find("CompiledFunction") == std::string::npos;
}

bool drop_above(ThreadState& thread, const void* call) {
  for (std::size_t i = thread.depth(); i > 0; --i) {
    if (thread.frame(i - 1).call != call) continue;
    while (thread.depth() > i) thread.pop();
    return true;
  }
  return false;
}

namespace {

struct RememberedLayers {
  std::mutex mutex;
  std::map<std::pair<std::uint64_t, std::int64_t>, const char*> by_node;
};

RememberedLayers& remembered() {
  static auto& layers = *new RememberedLayers;  // never destroyed: as all that observers use
  return layers;
}

}  // namespace

void remember_layer(std::uint64_t thread, std::int64_t sequence, const char* layer) {
  auto& layers = remembered();
  const std::lock_guard lock(layers.mutex);
  layers.by_node.insert_or_assign({thread, sequence}, layer);
}

const char* remembered_layer(std::uint64_t thread, std::int64_t sequence) {
  auto& layers = remembered();
  const std::lock_guard lock(layers.mutex);
  const auto at = layers.by_node.find({thread, sequence});
  return at == layers.by_node.end() ? nullptr : at->second;
}

void forget_layers() {
  auto& layers = remembered();
  const std::lock_guard lock(layers.mutex);
  layers.by_node.clear();
}

}  // namespace flopprof::libtorch
