#pragma once

#include <string>
#include <vector>

#include "profiler/record/run_view.h"

namespace flopprof::store {

/// Whether the process that wrote `process` can still write. On another host the age of its last
/// record decides.
bool is_alive(const ProcessEnd& process, std::int64_t now_ns);

/// What the rows do not say themselves but show: processes without an end, steps without FLOPs, a
/// budget that was passed, nothing attached. Needs all of `run` but its faults.
std::vector<Fault> derived_faults(const RunOverview& run, const std::vector<ProcessEnd>& processes,
                                  std::int64_t now_ns);

/// How to read numbers that are not simply counted.
std::vector<std::string> notes_of(const RunOverview& run);

}  // namespace flopprof::store
