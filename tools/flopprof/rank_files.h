#pragma once

#include <cstdint>

#include "profiler/store/replaced_run.h"
#include "tools/flopprof/run_path.h"

namespace flopprof::tools {

/// Merges the files of all ranks, if they are all there and have ended: of the launchers of a world
/// the last one does it. Files of an earlier job, which ended before this one began, do not count.
/// Talks to stderr.
void merge_if_last(const RankFile& file, std::int64_t began_at_ns, store::Existing existing);

}  // namespace flopprof::tools
