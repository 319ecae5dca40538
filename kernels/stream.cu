#include "kernels/arithmetic.cuh"
#include "kernels/stream.h"
#include "kernels/stream_steps.h"

namespace flopprof::kernels {
namespace {

constexpr unsigned kThreads = 256;

__device__ std::int64_t own_four() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

unsigned blocks_for(std::int64_t floats) {
  return static_cast<unsigned>((floats / 4 + kThreads - 1) / kThreads);
}

}  // namespace

extern "C" __global__ void flopprof_copy(const float4* from, float4* to, std::int64_t fours) {
  if (own_four() < fours) to[own_four()] = from[own_four()];
}

extern "C" __global__ void flopprof_triad(const float4* left, const float4* right, float4* sums,
                                          float factor, std::int64_t fours) {
  if (own_four() >= fours) return;
  const float4 a = left[own_four()];
  const float4 b = right[own_four()];
  const float as[4] = {a.x, a.y, a.z, a.w};
  const float bs[4] = {b.x, b.y, b.z, b.w};
  float own[4];
  add_scaled<DeviceArithmetic>(as, factor, bs, own);
  sums[own_four()] = make_float4(own[0], own[1], own[2], own[3]);
}

Work work_of(const Copy& copy) {
  Work work;
  work.bytes = 8 * copy.floats;
  return work;
}

Work work_of(const Triad& triad) {
  Work work;
  work.flops = 2 * triad.floats;
  work.bytes = 12 * triad.floats;
  return work;
}

void launch(const Copy& copy, const float* from, float* to, cudaStream_t stream) {
  flopprof_copy<<<blocks_for(copy.floats), kThreads, 0, stream>>>(
      reinterpret_cast<const float4*>(from), reinterpret_cast<float4*>(to), copy.floats / 4);
}

void launch(const Triad& triad, const float* left, const float* right, float* sums,
            cudaStream_t stream) {
  flopprof_triad<<<blocks_for(triad.floats), kThreads, 0, stream>>>(
      reinterpret_cast<const float4*>(left), reinterpret_cast<const float4*>(right),
      reinterpret_cast<float4*>(sums), kTriadFactor, triad.floats / 4);
}

}  // namespace flopprof::kernels
