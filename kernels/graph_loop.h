#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/reference_kernel.h"

namespace flopprof::kernels {

/// A CUDA graph that repeats a kernel for as long as the device wants: the host launches once, and
/// never learns how often.
struct GraphLoop {
  ReferenceKernel kernel;
  Launch launch;
  int turns = 1;  ///< 1 or more
};

/// Of all turns in one class.
std::int64_t flops_of(const GraphLoop& loop, FlopClass kind, int capability);

/// `seeds` and `result` as of the kernel; `left` one number; all in device memory. Waits. Answers
/// the first error.
cudaError_t run(const GraphLoop& loop, const void* seeds, void* result, int* left,
                cudaStream_t stream);

}  // namespace flopprof::kernels
