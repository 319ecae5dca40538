#pragma once

#include <cuda.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/capture/cupti_library.h"

namespace flopprof::capture {

// What CUPTI would let this process do where it refuses the counters. No part of a job's collector:
// a machine with a GPU is asked, to learn whether it may become one.

/// What each call answered, a CUptiResult, in their order: 35 is that of a user without permission,
/// 26 of counters that somebody holds.
using TrialAnswers = std::vector<std::pair<std::string, int>>;

/// Begins PM sampling of the first device and ends it again. Throws std::runtime_error where the
/// library is too old, as does try_patching.
TrialAnswers try_pm_sampling(const CuptiLibrary& cupti);

struct PatchingTrial {
  TrialAnswers answers;
  std::int64_t patched_instructions = 0;
};
/// Patches what `run` launches in the context, by the SASS metrics, and takes the patches back.
/// `run` waits for its kernels.
PatchingTrial try_patching(const CuptiLibrary& cupti, CUcontext context,
                           const std::function<void()>& run);

}  // namespace flopprof::capture
