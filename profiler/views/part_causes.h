#pragma once

#include <span>
#include <vector>

#include "profiler/record/run_view.h"

namespace flopprof::views {

// Why what a phase, an operator or a kernel executed is not what the model requires of it: its
// field `cause` is set to "proven: recomputation" where the numbers leave nothing else, to
// "hypothesis: tile padding" where they speak for it. Left empty where the two agree to 0.1 %, and
// where nothing known speaks for a cause.

/// `parts`: who launches what. `share`: of the steps, those that are told apart.
void find_causes(std::vector<OpTotal>& ops, std::span<const OpKernel> parts, double share);
/// `ops`: all of the run.
void find_causes(std::vector<PhaseTotal>& phases, std::span<const OpTotal> ops,
                 std::span<const OpKernel> parts, double share);
/// By their names alone, for a kernel has no model FLOPs; and by who launches them.
void find_causes(std::vector<KernelTotal>& kernels, std::span<const OpKernel> parts);

}  // namespace flopprof::views
