#pragma once

#include <vector>

#include "kernels/timer.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {

/// Times what has a rival and its rival in turn, with random numbers. `workloads` is what is known
/// of `works`, one for one. What goes wrong with one contest is noted there, and the others go on.
std::vector<calibration::Contest> contests_of(const std::vector<GpuWorkload>& works,
                                              const std::vector<calibration::Workload>& workloads,
                                              kernels::Timer& timer, const Progress& progress);

}  // namespace flopprof::tools
