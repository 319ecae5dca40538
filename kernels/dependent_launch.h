#pragma once

#include <cuda_runtime_api.h>

#include "kernels/overlap.h"
#include "kernels/work.h"

namespace flopprof::kernels {

/// When a launch begins that comes after another in its stream.
enum class Begins {
  kAfter,  ///< the other has ended
  kEarly,  ///< the other has let it (programmatic dependent launch)
};

/// Two launches of the same work in one stream, each on half of the processors. Where the second
/// begins early, both run at the same time for nearly all of their own; it ends last all the same,
/// because it waits for the first one's end. From Hopper on (compute capability 9.0).
struct DependentLaunch {
  Overlap overlap;
  Begins begins = Begins::kEarly;
};

/// 512 FLOPs a trip, thread and block, of both launches.
Work work_of(const DependentLaunch& dependent);

/// What it takes is what an Overlap takes. Answers the first error.
cudaError_t launch(const DependentLaunch& dependent, const float* seeds, float* results, Ran* ran,
                   cudaStream_t stream);

}  // namespace flopprof::kernels
