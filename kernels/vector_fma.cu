#include "kernels/vector_fma.h"

namespace flopprof::kernels {
namespace {

/// The trip count is not known at compile time and each round needs the one before, so that no
/// round can be left out. Not unrolled: the instructions can be counted in the cubin by eye.
__global__ void vector_fma(float* result, float factor, float summand, int rounds) {
  float value = factor;
#pragma unroll 1
  for (int round = 0; round < rounds; ++round) value = __fmaf_rn(value, factor, summand);
  result[blockIdx.x * blockDim.x + threadIdx.x] = value;
}

constexpr float kFactor = 0.5F;
constexpr float kSummand = 1.0F;

}  // namespace

Work work_of(const VectorFma& fma) {
  const std::int64_t threads = std::int64_t{1} * fma.blocks * fma.threads;
  Work work;
  work.flops = 2 * threads * fma.rounds;
  work.bytes = 4 * threads;
  return work;
}

void launch(const VectorFma& fma, float* result, cudaStream_t stream) {
  vector_fma<<<fma.blocks, fma.threads, 0, stream>>>(result, kFactor, kSummand, fma.rounds);
}

}  // namespace flopprof::kernels
