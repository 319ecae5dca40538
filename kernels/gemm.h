#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/work.h"

namespace flopprof::kernels {

/// A product of bfloats, summed in single precision and rounded once: m×k by the transpose of n×k,
/// all three matrices by rows. On Hopper (compute capability 9.0) alone.
struct Gemm {
  int m = 256;
  int n = 256;  ///< whole multiples of 8, because rows begin at whole multiples of 16 bytes
  int k = 64;
};

/// Executed are whole tiles: m and n rounded up to 256, k to 64.
Work work_of(const Gemm& gemm);

/// `left`, `right` and `product` are in device memory, aligned to 16 bytes. Answers the first
/// error: cudaErrorInvalidValue for sizes that are none, and what CUDA says of a kernel that has no
/// code for the GPU.
cudaError_t launch(const Gemm& gemm, const std::uint16_t* left, const std::uint16_t* right,
                   std::uint16_t* product, cudaStream_t stream);

}  // namespace flopprof::kernels
