#pragma once

#include <cuda_runtime_api.h>

#include "kernels/work.h"

namespace flopprof::kernels {

/// A product of matrices in single precision, by rows: m×k by k×n.
struct Sgemm {
  int m = 128;  ///< whole multiples of 128
  int n = 128;
  int k = 8;  ///< a whole multiple of 8
};

/// 2·m·n·k: no tile overhangs, and nothing is scaled.
Work work_of(const Sgemm& gemm);

/// `left`, `right` and `product` are whole matrices in device memory, aligned to 16 bytes. The
/// caller asks for errors of the launch.
void launch(const Sgemm& gemm, const float* left, const float* right, float* product,
            cudaStream_t stream);

}  // namespace flopprof::kernels
