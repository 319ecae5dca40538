#pragma once

#include <ostream>

#include "profiler/store/database.h"

namespace flopprof::exports {

/// The run as Proton's JSON, which Hatchet (GraphFrame.from_literal) and proton-viewer read: a list
/// of a tree and a dictionary of devices. Phases with their operators, kernels, and what was
/// executed by width (flops8 to flops64, as Proton's scopes have it). Metrics are exclusive; times
/// are nanoseconds. Throws store::DatabaseError.
void write_hatchet(store::Database& run, std::ostream& out);

}  // namespace flopprof::exports
