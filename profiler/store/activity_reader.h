#pragma once

#include <vector>

#include "profiler/record/gpu_view.h"
#include "profiler/store/database.h"

namespace flopprof::store {

/// Empty where no device was watched, as in runs from before schema 4.
std::vector<ActivityTotal> read_activity(const Database& run);

}  // namespace flopprof::store
