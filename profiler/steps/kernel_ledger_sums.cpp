// The part of the kernel ledger that adds up over steps, and tells.

#include <utility>

#include "profiler/record/phase.h"
#include "profiler/steps/kernel_ledger.h"

namespace flopprof::steps {
namespace {

/// So many signatures of intervals outside steps are told apart.
constexpr std::size_t kMostOutside = 16'384;

}  // namespace

void KernelLedger::tell_launches(Open& open) {
  open.told = true;
  const LaunchInterval& interval = open.interval;
  const std::int64_t launches = interval.kernels + interval.graphs;
  if (interval.closed && interval.step != kOutsideSteps) {
    // Nothing was launched: that is as good as traced.
    changes_.launches.push_back({.step = interval.step,
                                 .signature = static_cast<std::int64_t>(interval.signature),
                                 .launches = launches,
                                 .look = launches == 0 ? GpuLook::kTraced : interval.look});
    return;
  }
  if (launches == 0) return;
  const bool is_new = outside_intervals_.size() < kMostOutside;
  const auto signature = static_cast<std::int64_t>(interval.signature);
  const std::int64_t key = is_new || outside_intervals_.contains(signature) ? signature : 0;
  OutsideLaunches& outside = outside_intervals_[key];
  outside.signature = key;
  ++outside.intervals;
  if (interval.look == GpuLook::kTraced) ++outside.traced_intervals;
  changes_.outside_launches.push_back(outside);
}

void KernelLedger::add_kernels(const Open& open) {
  const bool in_steps = open.interval.closed && open.interval.step != kOutsideSteps;
  for (const auto& [number, sums] : open.work->kernels) {
    KernelSums& kernel = kernels_[number];
    Sums& into = in_steps ? kernel.in_steps : kernel.outside;
    into.launches += sums.launches;
    into.kernel_ns += sums.kernel_ns;
    kernel.changed = true;
  }
  add_ops(open, in_steps);
}

void KernelLedger::add_ops(const Open& open, bool in_steps) {
  for (const auto& [key, sums] : open.work->ops) {
    KernelSums& op = ops_[{key.first, key.second}];
    Sums& into = in_steps ? op.in_steps : op.outside;
    into.launches += sums.launches;
    into.kernel_ns += sums.kernel_ns;
    op.changed = true;
  }
}

KernelLedger::Changes KernelLedger::take_changes() {
  for (auto& [number, outside] : outside_) {
    if (!std::exchange(outside.changed, false)) continue;
    changes_.steps.push_back({.step = kOutsideSteps,
                              .device = number,
                              .kernels = outside.sums.launches,
                              .kernel_ns = outside.sums.kernel_ns,
                              .busy_ns = outside.busy_ns,
                              .copies = outside.copies,
                              .copy_ns = outside.copy_ns,
                              .copied_bytes = outside.copied_bytes,
                              .graphs = outside.graphs.launches,
                              .graph_ns = outside.graphs.kernel_ns});
  }
  for (std::size_t number = 0; number < kernels_.size(); ++number) {
    KernelSums& kernel = kernels_[number];
    if (!std::exchange(kernel.changed, false)) continue;
    for (const bool in_steps : {true, false}) {
      const Sums& sums = in_steps ? kernel.in_steps : kernel.outside;
      if (sums.launches == 0) continue;
      changes_.kernels.push_back({.kernel = std::string(names_[number]),
                                  .in_steps = in_steps,
                                  .launches = sums.launches,
                                  .kernel_ns = sums.kernel_ns});
    }
  }
  for (auto& [key, op] : ops_) {
    if (!std::exchange(op.changed, false)) continue;
    for (const bool in_steps : {true, false}) {
      const Sums& sums = in_steps ? op.in_steps : op.outside;
      if (sums.launches == 0) continue;
      changes_.ops.push_back({.op = key.first,
                              .phase = std::string(name_of(static_cast<Phase>(key.second))),
                              .in_steps = in_steps,
                              .launches = sums.launches,
                              .kernel_ns = sums.kernel_ns});
    }
  }
  return std::exchange(changes_, {});
}

}  // namespace flopprof::steps
