#pragma once

#include <cupti.h>

namespace flopprof::capture {

/// Whether a refusal holds for all counters of this machine, as long as the process runs.
bool is_forbidden(CUptiResult result);

/// What the user can do about counters that are refused.
const char* remedy_for(CUptiResult result);

}  // namespace flopprof::capture
