#pragma once

#include <cuda_runtime_api.h>

#include "kernels/work.h"

namespace flopprof::kernels {

/// Every thread multiplies and adds, in single precision, `rounds` times what the one before gave
/// it.
struct VectorFma {
  int blocks = 1;
  int threads = 256;  ///< of a block
  int rounds = 1;
};

/// Exactly one FFMA a thread and round; one float is written a thread.
Work work_of(const VectorFma& fma);

/// `result` holds one float a thread, in device memory. The caller asks for errors of the launch.
void launch(const VectorFma& fma, float* result, cudaStream_t stream);

}  // namespace flopprof::kernels
