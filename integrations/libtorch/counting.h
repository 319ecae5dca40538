#pragma once

#include <ATen/record_function.h>

#include "integrations/libtorch/thread_state.h"
#include "profiler/record/observer_port.h"

namespace flopprof::libtorch {

/// Fills in what a call's arguments tell of its work: `counted` with `flops`, `uncounted`, or that
/// it is to be looked for elsewhere. A frame that then awaits its result is counted by
/// finish_packed_linear; `sees_results` says whether torch keeps results.
void look_at_arguments(ObserverPort& port, Frame& frame, const at::RecordFunction& function,
                       bool sees_results);

/// When the call ends.
void finish_packed_linear(Frame& frame, const at::RecordFunction& function);

}  // namespace flopprof::libtorch
