#pragma once

#include <cuda.h>
#include <cuda_runtime_api.h>

namespace flopprof::kernels {

/// A matrix of 16-bit numbers, by rows, in device memory, and the boxes that the GPU moves of it:
/// 64 columns, swizzled in shared memory. What overhangs is read as zeros, and not written.
struct BoxedMatrix {
  const void* memory = nullptr;
  int rows = 0;
  int columns = 0;  ///< a whole multiple of 8
  int box_rows = 0;
};

/// Asks the driver, which is found at run time. Answers the first error.
cudaError_t describe(const BoxedMatrix& matrix, CUtensorMap& map);

}  // namespace flopprof::kernels
