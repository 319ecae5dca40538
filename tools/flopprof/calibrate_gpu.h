#pragma once

#include <string>
#include <vector>

#include "profiler/calibration/calibration.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {

/// Of the device at `index`, which becomes the thread's current one. Throws std::runtime_error
/// where there is none.
calibration::Device look_at_gpu(int index, CalibratedGpu& gpu);

/// Counts what every workload executes, and times it, on the current device. What goes wrong with
/// one is noted there, and the others go on.
calibration::Calibration calibrated(const calibration::Device& device,
                                    const std::vector<GpuWorkload>& workloads,
                                    const Progress& progress);

}  // namespace flopprof::tools
