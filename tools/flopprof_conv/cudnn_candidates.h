#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "profiler/convolution_timing/measure.h"
#include "profiler/cudnn/execution.h"

namespace flopprof::tools {

struct CudnnChoice {
  std::vector<std::optional<std::int64_t>> workspace_limits;  ///< bytes; nothing: no limit
  bool all_engines = false;
};

/// cuDNN's engines for a convolution on the session's GPU. `library` and `session` outlive it.
convolution_timing::FindCandidates cudnn_candidates(const cudnn::Library& library,
                                                    const cudnn::Session& session,
                                                    const CudnnChoice& choice);

}  // namespace flopprof::tools
