#include <cstdint>

#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

constexpr int kRows = 64;      ///< of a warp group's sum
constexpr int kColumns = 256;  ///< of it
constexpr int kRowBytes = 128;
constexpr int kGroups = 2;       ///< warp groups of a block
constexpr int kProducts = 4;     ///< of a trip and warp group, each 32 bytes deep
constexpr int kRegisters = 128;  ///< of a thread, for its part of the sum

/// Where a matrix lies in shared memory, as wgmma wants to be told: rows of 128 bytes, swizzled, in
/// groups of eight.
__device__ std::uint64_t descriptor_of(const void* matrix) {
  constexpr std::uint64_t kGroupBytes = 8 * kRowBytes;
  const std::uint64_t address = __cvta_generic_to_shared(matrix);
  return (address >> 4 & 0x3fff) | std::uint64_t{1} << 16 | kGroupBytes >> 4 << 32 |
         std::uint64_t{1} << 62;
}

#define FLOPPROF_TEN(tens)                                                                     \
  "%" tens "0, %" tens "1, %" tens "2, %" tens "3, %" tens "4, %" tens "5, %" tens "6, %" tens \
  "7, %" tens "8, %" tens "9, "
#define FLOPPROF_SUM_TEXT                                                                       \
  "{" FLOPPROF_TEN("") FLOPPROF_TEN("1") FLOPPROF_TEN("2") FLOPPROF_TEN("3") FLOPPROF_TEN("4")  \
      FLOPPROF_TEN("5") FLOPPROF_TEN("6") FLOPPROF_TEN("7") FLOPPROF_TEN("8") FLOPPROF_TEN("9") \
          FLOPPROF_TEN("10") FLOPPROF_TEN("11") "%120, %121, %122, %123, %124, %125, %126, %127}"
#define FLOPPROF_EIGHT(sum, i)                                                          \
  "+r"(sum[i]), "+r"(sum[i + 1]), "+r"(sum[i + 2]), "+r"(sum[i + 3]), "+r"(sum[i + 4]), \
      "+r"(sum[i + 5]), "+r"(sum[i + 6]), "+r"(sum[i + 7])
#define FLOPPROF_HALF_SUM(sum, i)                                                            \
  FLOPPROF_EIGHT(sum, i), FLOPPROF_EIGHT(sum, i + 8), FLOPPROF_EIGHT(sum, i + 16),           \
      FLOPPROF_EIGHT(sum, i + 24), FLOPPROF_EIGHT(sum, i + 32), FLOPPROF_EIGHT(sum, i + 40), \
      FLOPPROF_EIGHT(sum, i + 48), FLOPPROF_EIGHT(sum, i + 56)
/// A struct that adds one product to a sum of a warp group.
#define FLOPPROF_PRODUCT(name, kind, flags)                                                 \
  struct name {                                                                             \
    static __device__ void apply(unsigned* sum, std::uint64_t a, std::uint64_t b) {         \
      asm volatile("{.reg .pred p; setp.ne.b32 p, 1, 0; wgmma.mma_async.sync.aligned." kind \
                   " " FLOPPROF_SUM_TEXT ", %128, %129, p" flags ";}"                       \
                   : FLOPPROF_HALF_SUM(sum, 0), FLOPPROF_HALF_SUM(sum, 64)                  \
                   : "l"(a), "l"(b));                                                       \
    }                                                                                       \
  }

FLOPPROF_PRODUCT(Bfloat, "m64n256k16.f32.bf16.bf16", ", 1, 1, 0, 0");
FLOPPROF_PRODUCT(Half, "m64n256k16.f32.f16.f16", ", 1, 1, 0, 0");
FLOPPROF_PRODUCT(Tf32, "m64n256k8.f32.tf32.tf32", ", 1, 1");
FLOPPROF_PRODUCT(E4m3, "m64n256k32.f32.e4m3.e4m3", ", 1, 1");
FLOPPROF_PRODUCT(Integer, "m64n256k32.s32.s8.s8", "");

/// A trip is 4 products a warp group. Seeds are laid out as they come, so that the sums are of no
/// matrices that anybody would know.
template <class Product>
__device__ void run_group_products(const unsigned* seeds, unsigned* result, int trips) {
  constexpr int kWordsOfA = kRows * kRowBytes / 4;
  constexpr int kWordsOfB = kColumns * kRowBytes / 4;
  __shared__ alignas(1024) unsigned a[kGroups * kWordsOfA];
  __shared__ alignas(1024) unsigned b[kWordsOfB];
  for (int i = threadIdx.x; i < kGroups * kWordsOfA; i += blockDim.x) a[i] = seeds[i % 2048];
  for (int i = threadIdx.x; i < kWordsOfB; i += blockDim.x) b[i] = seeds[i % 2048];
  asm volatile("fence.proxy.async;");
  __syncthreads();
  const std::uint64_t own_a = descriptor_of(a + threadIdx.x / 128 * kWordsOfA);
  const std::uint64_t own_b = descriptor_of(b);
  unsigned sum[kRegisters];
#pragma unroll
  for (int i = 0; i < kRegisters; ++i) sum[i] = 0;
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    asm volatile("wgmma.fence.sync.aligned;");
#pragma unroll
    for (int product = 0; product < kProducts; ++product) {
      Product::apply(sum, own_a + 2 * product, own_b + 2 * product);
    }
    asm volatile("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;");
  }
  unsigned* own = result + (blockIdx.x * blockDim.x + threadIdx.x) * kRegisters;
#pragma unroll
  for (int i = 0; i < kRegisters; ++i) own[i] = sum[i];
}

}  // namespace

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_bf16(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<Bfloat>(static_cast<const unsigned*>(seeds), static_cast<unsigned*>(result),
                             trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_f16(const void* seeds,
                                                                     void* result, int trips, int) {
  run_group_products<Half>(static_cast<const unsigned*>(seeds), static_cast<unsigned*>(result),
                           trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_tf32(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<Tf32>(static_cast<const unsigned*>(seeds), static_cast<unsigned*>(result),
                           trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_e4m3(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<E4m3>(static_cast<const unsigned*>(seeds), static_cast<unsigned*>(result),
                           trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_s8(const void* seeds, void* result,
                                                                    int trips, int) {
  run_group_products<Integer>(static_cast<const unsigned*>(seeds), static_cast<unsigned*>(result),
                              trips);
}

std::vector<ReferenceKernel> warp_group_matrix() {
  // 2·64·256·depth FLOPs a product, of the four warps of a group.
  return {
      {.name = "flopprof_wgmma_bf16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_bf16),
       .first_capability = 90,
       .last_capability = 90,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 4 * kRegisters},
      {.name = "flopprof_wgmma_f16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_f16),
       .first_capability = 90,
       .last_capability = 90,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 4 * kRegisters},
      {.name = "flopprof_wgmma_tf32",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_tf32),
       .first_capability = 90,
       .last_capability = 90,
       .trip = {{.kind = FlopClass::kTensorTf32, .a_warp = 4 * 262144 / 4}},
       .result_bytes_a_thread = 4 * kRegisters},
      {.name = "flopprof_wgmma_e4m3",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_e4m3),
       .first_capability = 90,
       .last_capability = 90,
       .trip = {{.kind = FlopClass::kTensorFp8, .a_warp = 4 * 1048576 / 4}},
       .result_bytes_a_thread = 4 * kRegisters},
      {.name = "flopprof_wgmma_s8",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_s8),
       .first_capability = 90,
       .last_capability = 90,
       .result_bytes_a_thread = 4 * kRegisters},
  };
}

}  // namespace flopprof::kernels
