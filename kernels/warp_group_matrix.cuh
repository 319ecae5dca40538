#pragma once

#include <cstdint>

namespace flopprof::kernels {

constexpr int kRows = 64;      ///< of a warp group's sum
constexpr int kColumns = 256;  ///< of it
constexpr int kRowBytes = 128;
constexpr int kGroups = 2;    ///< warp groups of a block
constexpr int kProducts = 4;  ///< of a trip and warp group, each 32 bytes deep

/// Where a matrix lies in shared memory, as wgmma wants to be told: rows of 128 bytes, swizzled, in
/// groups of eight.
inline __device__ std::uint64_t descriptor_of(const void* matrix) {
  constexpr std::uint64_t kGroupBytes = 8 * kRowBytes;
  const std::uint64_t address = __cvta_generic_to_shared(matrix);
  return (address >> 4 & 0x3fff) | std::uint64_t{1} << 16 | kGroupBytes >> 4 << 32 |
         std::uint64_t{1} << 62;
}

#define FLOPPROF_TEN(tens)                                                                     \
  "%" tens "0, %" tens "1, %" tens "2, %" tens "3, %" tens "4, %" tens "5, %" tens "6, %" tens \
  "7, %" tens "8, %" tens "9, "
/// A thread's part of a sum of singles or integers: 128 registers.
#define FLOPPROF_SUM_TEXT                                                                       \
  "{" FLOPPROF_TEN("") FLOPPROF_TEN("1") FLOPPROF_TEN("2") FLOPPROF_TEN("3") FLOPPROF_TEN("4")  \
      FLOPPROF_TEN("5") FLOPPROF_TEN("6") FLOPPROF_TEN("7") FLOPPROF_TEN("8") FLOPPROF_TEN("9") \
          FLOPPROF_TEN("10") FLOPPROF_TEN("11") "%120, %121, %122, %123, %124, %125, %126, %127}"
/// Of a sum of halves: 64 registers.
#define FLOPPROF_HALF_SUM_TEXT                                                                 \
  "{" FLOPPROF_TEN("") FLOPPROF_TEN("1") FLOPPROF_TEN("2") FLOPPROF_TEN("3") FLOPPROF_TEN("4") \
      FLOPPROF_TEN("5") "%60, %61, %62, %63}"
#define FLOPPROF_EIGHT(sum, i)                                                          \
  "+r"(sum[i]), "+r"(sum[i + 1]), "+r"(sum[i + 2]), "+r"(sum[i + 3]), "+r"(sum[i + 4]), \
      "+r"(sum[i + 5]), "+r"(sum[i + 6]), "+r"(sum[i + 7])
#define FLOPPROF_SIXTY_FOUR(sum, i)                                                          \
  FLOPPROF_EIGHT(sum, i), FLOPPROF_EIGHT(sum, i + 8), FLOPPROF_EIGHT(sum, i + 16),           \
      FLOPPROF_EIGHT(sum, i + 24), FLOPPROF_EIGHT(sum, i + 32), FLOPPROF_EIGHT(sum, i + 40), \
      FLOPPROF_EIGHT(sum, i + 48), FLOPPROF_EIGHT(sum, i + 56)
#define FLOPPROF_WGMMA "{.reg .pred p; setp.ne.b32 p, 1, 0; wgmma.mma_async.sync.aligned."

/// A trip is 4 products a warp group. Seeds are laid out as they come, so that the sums are of no
/// matrices that anybody would know. A `Product::Left` is made of
/// a warp group's left matrix.
template <class Product>
__device__ void run_group_products(const void* words, void* result, int trips) {
  constexpr int kWordsOfA = kRows * kRowBytes / 4;
  constexpr int kWordsOfB = kColumns * kRowBytes / 4;
  __shared__ alignas(1024) unsigned a[kGroups * kWordsOfA];
  __shared__ alignas(1024) unsigned b[kWordsOfB];
  const unsigned* seeds = static_cast<const unsigned*>(words);
  for (int i = threadIdx.x; i < kGroups * kWordsOfA; i += blockDim.x) a[i] = seeds[i % 2048];
  for (int i = threadIdx.x; i < kWordsOfB; i += blockDim.x) b[i] = seeds[i % 2048];
  asm volatile("fence.proxy.async;");
  __syncthreads();
  const typename Product::Left own_a(a + threadIdx.x / 128 * kWordsOfA);
  const std::uint64_t own_b = descriptor_of(b);
  unsigned sum[Product::kRegisters];
#pragma unroll
  for (int i = 0; i < Product::kRegisters; ++i) sum[i] = 0;
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    asm volatile("wgmma.fence.sync.aligned;");
#pragma unroll
    for (int product = 0; product < kProducts; ++product) {
      Product::apply(sum, own_a, product, own_b + 2 * product);
    }
    asm volatile("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;");
  }
  unsigned* own = static_cast<unsigned*>(result) +
                  (blockIdx.x * blockDim.x + threadIdx.x) * Product::kRegisters;
#pragma unroll
  for (int i = 0; i < Product::kRegisters; ++i) own[i] = sum[i];
}

/// The left matrix in shared memory.
struct SharedLeft {
  explicit __device__ SharedLeft(const unsigned* matrix) : descriptor(descriptor_of(matrix)) {}
  std::uint64_t descriptor;
};

}  // namespace flopprof::kernels
