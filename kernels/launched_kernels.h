#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>

namespace flopprof::kernels {

/// How many kernels `run` launches into its stream, and into those that wait for it. Nothing runs:
/// CUDA makes a graph of it, whose nodes are counted. What `run` loads or allocates when it is
/// first called has to be done before. Throws std::runtime_error where it does what no graph can
/// hold, and what `run` throws.
std::int64_t kernels_launched_by(const std::function<void(cudaStream_t)>& run);

}  // namespace flopprof::kernels
