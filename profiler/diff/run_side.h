#pragma once

#include <cstdint>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/store/database.h"

namespace flopprof::diff {

/// What a comparison needs of one run.
struct RunSide {
  RunOverview run;
  std::vector<OpTotal> ops;
  std::vector<KernelTotal> kernels;
  std::vector<std::int64_t> step_wall_ns;  ///< in the order of the steps
  std::vector<std::int64_t> step_gpu_ns;   ///< of the steps whose GPU time is known
};

/// Read at one moment, also while the job writes. Throws store::DatabaseError.
RunSide read_side(store::Database& run);

}  // namespace flopprof::diff
