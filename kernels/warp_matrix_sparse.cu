#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 64 products a warp, over 8 sums, in which two of every four numbers of the left matrix
// are zero and are not stored: the numbers left are 16×8×16, of the 16×8×32 that the shape says.

constexpr int kSums = 8;
constexpr int kRounds = 8;
constexpr int kSum = 4;
constexpr unsigned kWhichAreStored = 0x44444444;  ///< the first two of each four

template <class Product>
__device__ void run_sparse_products(const void* seeds, void* result, int trips) {
  const int thread = blockIdx.x * blockDim.x + threadIdx.x;
  const unsigned* seed = static_cast<const unsigned*>(seeds) + threadIdx.x % 32;
  const unsigned a[4] = {seed[0], seed[32], seed[64], seed[96]};
  const unsigned b[4] = {seed[128], seed[160], seed[192], seed[224]};
  unsigned sums[kSums][kSum];
#pragma unroll
  for (int i = 0; i < kSums * kSum; ++i) sums[i / kSum][i % kSum] = seed[32 * i];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
#pragma unroll
      for (int sum = 0; sum < kSums; ++sum) Product::apply(sums[sum], a, b);
    }
  }
  unsigned* own = static_cast<unsigned*>(result) + thread * kSums * kSum;
#pragma unroll
  for (int i = 0; i < kSums * kSum; ++i) own[i] = sums[i / kSum][i % kSum];
}

struct Half {
  static __device__ void apply(unsigned* sum, const unsigned* a, const unsigned* b) {
    asm volatile(
        "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, 0;"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
          "r"(kWhichAreStored));
  }
};

struct Bfloat {
  static __device__ void apply(unsigned* sum, const unsigned* a, const unsigned* b) {
    asm volatile(
        "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, 0;"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
          "r"(kWhichAreStored));
  }
};

}  // namespace

extern "C" __global__ void flopprof_mma_sp_f16(const void* seeds, void* result, int trips, int) {
  run_sparse_products<Half>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_sp_bf16(const void* seeds, void* result, int trips, int) {
  run_sparse_products<Bfloat>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_matrix_sparse() {
  // Executed are the products of stored numbers. Who counts the shape counts twice as many.
  return {
      {.name = "flopprof_mma_sp_f16",
       .entry = reinterpret_cast<const void*>(flopprof_mma_sp_f16),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 64 * 4096}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_sp_bf16",
       .entry = reinterpret_cast<const void*>(flopprof_mma_sp_bf16),
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 64 * 4096}},
       .result_bytes_a_thread = 128},
  };
}

}  // namespace flopprof::kernels
