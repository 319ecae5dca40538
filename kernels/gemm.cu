#include <algorithm>

#include "kernels/gemm_machine.cuh"
#include "kernels/tensor_map.h"

namespace flopprof::kernels {
namespace {

constexpr unsigned kGroupThreads = 128;
constexpr unsigned kBlockThreads = (1 + kGemmGroups) * kGroupThreads;
constexpr int kAlignment = 1024;
constexpr int kDynamicBytes = kGemmSharedBytes + kAlignment;

__device__ void set_barrier(std::uint32_t barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals));
}

/// By one thread. A stage is full after its loader has said what it expects and all of that has
/// come, and empty after every warp group of the cluster that multiplies has said so.
__device__ void set_barriers(std::uint32_t shared) {
  for (int stage = 0; stage < kGemmStages; ++stage) {
    set_barrier(shared + full_barrier_at(stage), 1);
    set_barrier(shared + empty_barrier_at(stage), kGemmPair * kGemmGroups);
  }
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

/// No block may use another's shared memory before it has set its barriers, or after it has ended.
__device__ void meet_cluster() {
  asm volatile("barrier.cluster.arrive.release; barrier.cluster.wait.acquire;" ::: "memory");
}

}  // namespace

extern "C" __global__ __cluster_dims__(kGemmPair)
    __launch_bounds__(kBlockThreads,
                      1) void flopprof_gemm(GemmGrid grid, const __grid_constant__ CUtensorMap left,
                                            const __grid_constant__ CUtensorMap right,
                                            const __grid_constant__ CUtensorMap product) {
  extern __shared__ unsigned char dynamic[];
  const std::uint32_t begin = static_cast<std::uint32_t>(__cvta_generic_to_shared(dynamic));
  const std::uint32_t shared = (begin + kAlignment - 1) / kAlignment * kAlignment;
  GemmShare share;
  share.block = static_cast<int>(blockIdx.x) % kGemmPair;
  share.cluster = static_cast<int>(blockIdx.x) / kGemmPair;
  share.clusters = static_cast<int>(gridDim.x) / kGemmPair;
  if (threadIdx.x == 0) set_barriers(shared);
  meet_cluster();
  // The group that loads hands registers over to those that multiply.
  if (threadIdx.x < kGroupThreads) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
    GemmLoader loader{shared, share.block, &left, &right};
    if (threadIdx.x == 0) load_tiles(loader, grid, share);
  } else {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
    GemmMultiplier multiplier;
    multiplier.shared = shared;
    multiplier.group = static_cast<int>(threadIdx.x / kGroupThreads) - 1;
    multiplier.thread = static_cast<int>(threadIdx.x % kGroupThreads);
    multiplier.product = &product;
    multiply_tiles(multiplier, grid, share, multiplier.group);
  }
  meet_cluster();
}

Work work_of(const Gemm& gemm) {
  const GemmGrid grid = grid_of(gemm);
  const std::int64_t m = gemm.m;
  const std::int64_t n = gemm.n;
  const std::int64_t k = gemm.k;
  Work work;
  work.kind = FlopClass::kTensorBf16;
  work.flops = std::int64_t{2} * kGemmPair * kGemmRows * grid.pair_rows * kGemmColumns *
               grid.columns * kGemmDeep * grid.steps;
  work.required_flops = 2 * m * n * k;
  work.bytes = 2 * (m * k + k * n + m * n);
  return work;
}

namespace {

/// As many blocks as run at once, or as there is work for.
cudaError_t blocks_for(const GemmGrid& grid, unsigned& blocks) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(kGemmPair);
  config.blockDim = dim3(kBlockThreads);
  config.dynamicSmemBytes = kDynamicBytes;
  int clusters = 0;
  const cudaError_t error = cudaOccupancyMaxActiveClusters(&clusters, flopprof_gemm, &config);
  if (error == cudaSuccess && clusters < 1) return cudaErrorLaunchOutOfResources;
  blocks = static_cast<unsigned>(kGemmPair * std::min(clusters, grid.pairs()));
  return error;
}

cudaError_t describe_all(const Gemm& gemm, const std::uint16_t* left, const std::uint16_t* right,
                         const std::uint16_t* product, CUtensorMap (&maps)[3]) {
  const BoxedMatrix matrices[] = {{left, gemm.m, gemm.k, kGemmRows},
                                  {right, gemm.n, gemm.k, kGemmColumns / kGemmPair},
                                  {product, gemm.m, gemm.n, kGemmGroupRows}};
  for (int i = 0; i < 3; ++i) {
    if (const cudaError_t error = describe(matrices[i], maps[i])) return error;
  }
  return cudaSuccess;
}

}  // namespace

cudaError_t launch(const Gemm& gemm, const std::uint16_t* left, const std::uint16_t* right,
                   std::uint16_t* product, cudaStream_t stream) {
  if (gemm.m < 1 || gemm.n < 1 || gemm.k < 1 || gemm.n % 8 != 0 || gemm.k % 8 != 0) {
    return cudaErrorInvalidValue;
  }
  cudaError_t error = cudaFuncSetAttribute(
      flopprof_gemm, cudaFuncAttributeMaxDynamicSharedMemorySize, kDynamicBytes);
  if (error != cudaSuccess) return error;
  const GemmGrid grid = grid_of(gemm);
  unsigned blocks = 0;
  error = blocks_for(grid, blocks);
  if (error != cudaSuccess) return error;
  CUtensorMap maps[3];
  error = describe_all(gemm, left, right, product, maps);
  if (error != cudaSuccess) return error;
  flopprof_gemm<<<blocks, kBlockThreads, kDynamicBytes, stream>>>(grid, maps[0], maps[1], maps[2]);
  return cudaGetLastError();
}

}  // namespace flopprof::kernels
