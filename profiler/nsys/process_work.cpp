#include "profiler/nsys/process_work.h"

namespace flopprof::nsys {

void ProcessWork::add(const store::NsysKernel& kernel) {
  ++kernels_;
  without_launch_ += kernel.launched_at ? 0 : 1;
  whole_graphs_ += kernel.whole_graph ? 1 : 0;
  const std::int64_t step = kernel.launched_at
                                ? ranges_.step_of(*kernel.launched_at, kernel.launch_thread)
                                : kOutsideSteps;
  outside_ += step == kOutsideSteps ? 1 : 0;
  const bool timed = kernel.started_at != 0 && kernel.ended_at >= kernel.started_at;
  without_times_ += timed ? 0 : 1;
  const std::int64_t kernel_ns = timed ? kernel.ended_at - kernel.started_at : 0;
  devices_[kernel.device] = true;

  DeviceWork& work = open_[{step, kernel.device}];
  ++work.kernels;
  work.kernel_ns += kernel_ns;
  if (timed) work.busy.add(kernel.started_at, kernel.ended_at);

  const std::string& name = kernel.name.empty() ? "kernel without a name" : kernel.name;
  KernelWork& sums = by_kernel_[{name, step != kOutsideSteps}];
  ++sums.launches;
  sums.kernel_ns += kernel_ns;
}

void ProcessWork::take_steps(std::int64_t before, Drained& drained) {
  for (; first_step_ < before; ++first_step_) {
    const RangedStep& step = ranges_.steps()[static_cast<std::size_t>(first_step_)];
    drained.steps.push_back({.number = step.number,
                             .began_after_ns = step.began_at,
                             .wall_ns = step.ended_at - step.began_at});
    const auto first = open_.lower_bound({step.number, INT64_MIN});
    auto at = first;
    for (; at != open_.end() && at->first.first == step.number; ++at) {
      drained.gpu_steps.push_back({.step = step.number,
                                   .device = at->first.second,
                                   .kernels = at->second.kernels,
                                   .kernel_ns = at->second.kernel_ns,
                                   .busy_ns = at->second.busy.covered_ns()});
    }
    if (first == at) drained.gpu_steps.push_back({.step = step.number, .busy_ns = 0});
    open_.erase(first, at);
  }
}

Drained ProcessWork::take(bool last) {
  Drained drained;
  const auto steps = static_cast<std::int64_t>(ranges_.steps().size());
  take_steps(last ? steps : ranges_.settled_before(), drained);
  if (!last) return drained;
  for (auto& [key, work] : open_) {
    drained.gpu_steps.push_back({.step = kOutsideSteps,
                                 .device = key.second,
                                 .kernels = work.kernels,
                                 .kernel_ns = work.kernel_ns,
                                 .busy_ns = work.busy.covered_ns()});
  }
  for (const auto& [key, sums] : by_kernel_) {
    drained.kernels.push_back({.kernel = key.first,
                               .in_steps = key.second,
                               .launches = sums.launches,
                               .kernel_ns = sums.kernel_ns});
  }
  return drained;
}

}  // namespace flopprof::nsys
