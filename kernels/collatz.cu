#include "kernels/arithmetic.cuh"
#include "kernels/collatz.h"

namespace flopprof::kernels {
namespace {

constexpr unsigned kThreads = 128;

}  // namespace

extern "C" __global__ void flopprof_collatz(const std::uint32_t* starts, float* values, int count,
                                            float factor, float summand) {
  const int thread = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (thread >= count) return;
  values[thread] = fused_along<DeviceArithmetic>(starts[thread], factor, summand);
}

Work work_of(const Collatz& collatz) {
  Work work;
  for (const std::uint32_t start : collatz.starts) {
    for (std::uint64_t number = start; number > 1; number = next_collatz(number)) work.flops += 2;
  }
  work.bytes = 8 * static_cast<std::int64_t>(collatz.starts.size());
  return work;
}

void launch_collatz(const std::uint32_t* starts, float* values, int count, cudaStream_t stream) {
  const unsigned blocks = (static_cast<unsigned>(count) + kThreads - 1) / kThreads;
  flopprof_collatz<<<blocks, kThreads, 0, stream>>>(starts, values, count, kCollatzFactor,
                                                    kCollatzSummand);
}

}  // namespace flopprof::kernels
