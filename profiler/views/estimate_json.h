#pragma once

#include "profiler/views/json_writer.h"
#include "profiler/views/report.h"

namespace flopprof::views {

/// Keys of `totals`: where FLOPs come from, and the estimate; each only where there is something.
void write_estimate(JsonWriter& json, const Report& report);

}  // namespace flopprof::views
