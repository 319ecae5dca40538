#pragma once

#include "profiler/views/utilisation.h"

namespace flopprof::tools {

/// What calibrations of this user's measured: of all GPUs, or of those that no data sheet knows.
/// Says on stderr what is wrong with their file.
views::MeasuredPeaks measured_peaks(bool of_all);

}  // namespace flopprof::tools
