// The part of GpuLooks that switches the tracing of kernels.

#include <fmt/format.h>

#include "profiler/capture/gpu_looks.h"

namespace flopprof::capture {

/// Records come of the kernels that are launched while it is on. What still runs when it is
/// switched off may lose its record: it is waited for.
///
/// Where nobody asked us for a buffer, the records may be another profiler's by now, and so may be
/// the switch: it is left alone until the drain thread knows.
void GpuLooks::trace(bool on) {
  if (on) {
    if (flushed_) wanted_buffer_ = false;  // else it may go on with the one that it has
  } else if (!wanted_buffer_) {
    return;
  } else if (counting_) {
    counting_->wait_until_idle(*driver_, patience());
  }
  if (!on) trace_whole_graphs(false);
  if (!switch_tracing(on)) {
    const std::lock_guard lock(plan_mutex_);
    plan_.give_up_tracing();
    if (on) now_ = {};
    return;
  }
  tracing_ = on;
  if (!on) flushed_ = false;
}

bool GpuLooks::switch_tracing(bool on) {
  for (const auto kind : {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                          CUPTI_ACTIVITY_KIND_MEMSET}) {
    const CUptiResult result = on ? cupti_.enable(kind) : cupti_.disable(kind);
    if (result == CUPTI_SUCCESS || kind != CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) continue;
    ways_.add_fault(on ? "GPU tracing not resumed" : "GPU tracing not paused",
                    fmt::format("{}: {}", on ? "cuptiActivityEnable" : "cuptiActivityDisable",
                                text_of(cupti_, result)),
                    "steps that are not traced get the mean of those like them that were");
    return false;
  }
  return true;
}

/// While it is on, the nodes of graphs have no records of their own. What was launched before runs
/// to its end first: its records are of the other kind.
void GpuLooks::trace_whole_graphs(bool on) {
  if (on == whole_graphs_ || (on && !graphs_can_be_whole_)) return;
  if (counting_ && !counting_->wait_until_idle(*driver_, patience()) && on) return;
  constexpr auto kKind = CUPTI_ACTIVITY_KIND_GRAPH_TRACE;
  const CUptiResult result = on ? cupti_.enable(kKind) : cupti_.disable(kKind);
  whole_graphs_ = on && result == CUPTI_SUCCESS;
  if (result == CUPTI_SUCCESS) return;
  graphs_can_be_whole_ = false;
  ways_.add_fault(on ? "graphs not traced as a whole" : "graphs traced as a whole",
                  fmt::format("{}: {}", on ? "cuptiActivityEnable" : "cuptiActivityDisable",
                              text_of(cupti_, result)),
                  on ? "their nodes are traced one by one, which costs more"
                     : "kernels in graphs have no times of their own from here on");
}

void GpuLooks::nodes_dominate(bool do_they) {
  const std::lock_guard lock(plan_mutex_);
  plan_.trace_whole_graphs(do_they && graphs_can_be_whole_);
}

void GpuLooks::graphs_are_not_whole() { graphs_can_be_whole_ = false; }

void GpuLooks::robbed() {
  robbed_ = true;
  const std::lock_guard lock(plan_mutex_);
  plan_.give_up_tracing();
}

}  // namespace flopprof::capture
