#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/reference_kernel.h"

namespace flopprof::kernels {

/// Launches of two kernels in one CUDA graph, replayed as a whole: the host says how often once.
struct GraphReplay {
  ReferenceKernel first;
  int firsts = 1;
  ReferenceKernel second;
  int seconds = 1;
  Launch launch;  ///< of each
  int replays = 1;
};

/// Of all replays in one class.
std::int64_t flops_of(const GraphReplay& graph, FlopClass kind, int capability);

/// `seeds` and `result` as of either kernel, in device memory. Captures, replays and waits. Answers
/// the first error.
cudaError_t replay(const GraphReplay& graph, const void* seeds, void* result, cudaStream_t stream);

}  // namespace flopprof::kernels
