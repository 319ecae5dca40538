#include "integrations/libtorch/thread_state.h"

namespace flopprof::libtorch {
namespace {

/// Frees a thread's state when the thread ends, and remembers that it has: other threads'
/// destructors may still run operators.
struct Owner {
  ThreadState* state = nullptr;
  ~Owner() { delete state; }
};

}  // namespace

ThreadState* ThreadState::current(ObserverPort& port) {
  // The plain pointer is what every operator pays for: no guard, no constructor.
  thread_local ThreadState* state = nullptr;
  thread_local bool ended = false;
  if (state != nullptr) return state;
  if (ended) return nullptr;
  struct Ending {
    Owner owner;
    ~Ending() { state = nullptr, ended = true; }
  };
  thread_local Ending ending;
  state = ending.owner.state = new ThreadState(port);
  return state;
}

Frame* ThreadState::push() {
  if (depth_ == kDeepest) return nullptr;
  Frame& frame = frames_[depth_++];
  frame = Frame{};
  return &frame;
}

void ThreadState::leave(std::uint64_t ticks, bool did_work) {
  pop();
  if (depth_ == 0) return;
  Frame& outer = frames_[depth_ - 1];
  outer.inner_ticks += ticks;
  outer.work_inside = outer.work_inside || did_work;
}

void ThreadState::renew() {
  generation_ = port_.generation.load();
  counters_ = port_.thread_began(&port_);
  by_operator_.clear();
  by_layer_.clear();
}

WorkCounters* ThreadState::counters_of(const Operator& op, Phase phase, const char* layer) {
  const std::size_t key = op.number * kPhases + static_cast<std::size_t>(phase);
  const auto ask = [&] {
    return port_.counters_of(&port_, counters_, op.name.c_str(), static_cast<std::uint8_t>(phase),
                             layer);
  };
  if (layer != nullptr) {
    WorkCounters*& found = by_layer_[{key, layer}];
    return found != nullptr ? found : found = ask();
  }
  if (by_operator_.size() <= key) by_operator_.resize(key + 64);
  WorkCounters*& found = by_operator_[key];
  return found != nullptr ? found : found = ask();
}

}  // namespace flopprof::libtorch
