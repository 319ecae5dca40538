#pragma once

#include <functional>

#include "profiler/capture/session.h"
#include "profiler/record/drained.h"

namespace flopprof::capture {

/// Follows the GPU work of this process from here on. Called once, in the driver's initialisation.
/// True when there is something to drain: GPU work, or the fault that says why there is none.
/// `hurry` is called when records come faster than the drain thread's beat.
bool follow_gpu(Session& session, std::function<void()> hurry);

/// The drain thread: adds what came together since the last call.
void drain_gpu(bool last, Drained& drained);

/// In the child of a fork, where there is no CUDA any more: nothing is called again.
void forget_gpu() noexcept;

}  // namespace flopprof::capture
