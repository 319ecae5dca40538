#include "kernels/arithmetic.cuh"
#include "kernels/block_sum.h"
#include "kernels/stream_steps.h"

namespace flopprof::kernels {
namespace {

constexpr int kMostThreads = 1024;

}  // namespace

extern "C" __global__ void flopprof_block_sum(const float* numbers, float* sums,
                                              int numbers_a_thread) {
  __shared__ float shares[kMostThreads];
  const int thread = static_cast<int>(threadIdx.x);
  const int threads = static_cast<int>(blockDim.x);
  const float* own = numbers + static_cast<std::int64_t>(blockIdx.x) * threads * numbers_a_thread;
  shares[thread] = sum_of_own<DeviceArithmetic>(own, thread, threads, numbers_a_thread);
  __syncthreads();
#pragma unroll 1
  for (int left = threads / 2; left > 0; left /= 2) {
    if (thread < left) shares[thread] = __fadd_rn(shares[thread], shares[thread + left]);
    __syncthreads();
  }
  if (thread == 0) sums[blockIdx.x] = shares[0];
}

Work work_of(const BlockSum& sum) {
  const std::int64_t numbers = std::int64_t{1} * sum.threads * sum.numbers_a_thread;
  Work work;
  work.flops = sum.blocks * (numbers - 1);
  work.bytes = 4 * sum.blocks * (numbers + 1);
  return work;
}

void launch(const BlockSum& sum, const float* numbers, float* sums, cudaStream_t stream) {
  flopprof_block_sum<<<static_cast<unsigned>(sum.blocks), static_cast<unsigned>(sum.threads), 0,
                       stream>>>(numbers, sums, sum.numbers_a_thread);
}

}  // namespace flopprof::kernels
