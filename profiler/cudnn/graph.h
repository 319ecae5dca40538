#pragma once

#include "profiler/cudnn/engines.h"

namespace flopprof::cudnn {

/// The graph of one operation that is `problem`, finalized.
Descriptor graph_of(const Library& library, const Problem& problem);

}  // namespace flopprof::cudnn
