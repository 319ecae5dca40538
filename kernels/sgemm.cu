#include "kernels/arithmetic.cuh"
#include "kernels/sgemm.h"
#include "kernels/sgemm_tile.h"

namespace flopprof::kernels {

extern "C" __global__ __launch_bounds__(kTileThreads,
                                        2) void flopprof_sgemm(Sgemm gemm, const float* left,
                                                               const float* right, float* product) {
  __shared__ SgemmTiles<float> tiles[2];
  SgemmThread<DeviceArithmetic> own;
  own.thread = static_cast<int>(threadIdx.x);
  own.row = static_cast<int>(blockIdx.y) * kTile;
  own.column = static_cast<int>(blockIdx.x) * kTile;
  const int steps = gemm.k / kTileDeep;
  own.fetch(gemm, left, right, 0);
  own.put(tiles[0]);
  __syncthreads();
#pragma unroll 1
  for (int step = 0; step < steps; ++step) {
    const bool is_last = step + 1 == steps;
    if (!is_last) own.fetch(gemm, left, right, step + 1);
    own.multiply(tiles[step % 2]);
    if (!is_last) own.put(tiles[(step + 1) % 2]);
    __syncthreads();
  }
  own.store(gemm, product);
}

Work work_of(const Sgemm& gemm) {
  const std::int64_t m = gemm.m;
  const std::int64_t n = gemm.n;
  const std::int64_t k = gemm.k;
  Work work;
  work.flops = 2 * m * n * k;
  work.bytes = 4 * (m * k + k * n + m * n);
  return work;
}

void launch(const Sgemm& gemm, const float* left, const float* right, float* product,
            cudaStream_t stream) {
  const dim3 blocks(static_cast<unsigned>(gemm.n / kTile), static_cast<unsigned>(gemm.m / kTile));
  flopprof_sgemm<<<blocks, kTileThreads, 0, stream>>>(gemm, left, right, product);
}

}  // namespace flopprof::kernels
