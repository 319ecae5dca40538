#pragma once

#include "profiler/store/database.h"

namespace flopprof::store {

/// A launcher or a process of the job may still write here. Pids are compared with their start
/// time, so that a reused one does not count; of another host only a recent write is known.
bool is_being_written(const Database& run);

}  // namespace flopprof::store
