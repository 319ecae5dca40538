#pragma once

#include <vector>

#include "profiler/record/fault.h"
#include "profiler/record/run_view.h"

namespace flopprof::store {

/// What the worlds of a run that has ended show: ranks that are not there, and ranks that made
/// another number of steps than the others, with what may have been the reason.
std::vector<Fault> rank_faults(const RunOverview& run);

}  // namespace flopprof::store
