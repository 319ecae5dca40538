#include "tests/simgpu/torch/torch.h"

#include <atomic>

#include "profiler/record/observer_port.h"

using flopprof::add_alone;

namespace simgpu {
namespace {

std::atomic<flopprof::ObserverPort*> port{nullptr};
std::atomic<bool> observes{true};

flopprof::ThreadCounters* this_thread() {
  thread_local flopprof::ThreadCounters* thread = port.load()->thread_began(port);
  return thread;
}

}  // namespace

RunningOp::RunningOp(const char* name, flopprof::Phase phase, std::uint64_t model_flops)
    : name_(name), phase_(phase), model_flops_(model_flops) {
  if (port == nullptr || !observes) return;
  this_thread()->running_phase = static_cast<std::uint8_t>(phase);
  this_thread()->running_op = name;
}

RunningOp::~RunningOp() {
  if (port == nullptr || !observes) return;
  this_thread()->running_op = nullptr;
  this_thread()->running_phase = static_cast<std::uint8_t>(flopprof::Phase::kOther);
  flopprof::WorkCounters* counters = port.load()->counters_of(
      port, this_thread(), name_, static_cast<std::uint8_t>(phase_), nullptr);
  if (counters == nullptr) return;
  add_alone(counters->model_flops, model_flops_);
  add_alone(counters->calls, 1, std::memory_order_release);
}

void end_update() {
  if (port == nullptr) return;
  const flopprof::StepHints hints;
  port.load()->update_ended(port, &hints);
}

}  // namespace simgpu

/// For the observer, which is a library of its own.
extern "C" void simgpu_observe(flopprof::ObserverPort* by, flopprof::ObserverControl* control) {
  control->observe = [](bool on) { simgpu::observes = on; };
  control->callback_ns = 1;
  control->libtorch_version = "simulated";
  simgpu::port = by;
}
