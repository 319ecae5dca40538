#pragma once

#include <cuda_runtime_api.h>

#include "kernels/work.h"

namespace flopprof::kernels {

/// Each block adds up numbers of its own: every thread its share, then half of the threads the
/// other half's, until one is left.
struct BlockSum {
  int blocks = 1;
  int threads = 256;  ///< of a block: a power of two, up to 1024
  int numbers_a_thread = 1;
};

/// As many adds as numbers, less one a block.
Work work_of(const BlockSum& sum);

/// `numbers` of all blocks and one of `sums` a block, in device memory. The caller asks for errors
/// of the launch.
void launch(const BlockSum& sum, const float* numbers, float* sums, cudaStream_t stream);

}  // namespace flopprof::kernels
