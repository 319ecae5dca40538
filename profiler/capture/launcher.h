#pragma once

#include "profiler/capture/session.h"
#include "profiler/steps/launch_log.h"

namespace flopprof::capture {

/// What the calling thread is doing as it launches.
inline steps::Launcher launcher(const Session& session) noexcept {
  const ThreadCounters* thread = session.observed_thread();
  if (thread == nullptr) return {};
  const char* op = thread->running_op.load(std::memory_order_relaxed);
  return {.op = op == nullptr ? "" : op,
          .phase = thread->running_phase.load(std::memory_order_relaxed)};
}

}  // namespace flopprof::capture
