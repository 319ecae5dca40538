#pragma once

#include <cstdint>

#include "profiler/record/gpu_activity.h"

namespace flopprof::counters {

/// Adds an interval of `ns` nanoseconds that has just ended at `ended_at_ns`. A unit that one
/// interval does not tell of has no sum any more: it would be of another time. False, and nothing
/// added, where the activity of tensor cores is not told.
bool add(const ActivityShares& shares, std::int64_t ns, std::int64_t ended_at_ns,
         GpuActivity& sums);

}  // namespace flopprof::counters
