#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 8 products a warp, of floats of eight bits, over 8 sums.

constexpr int kSums = 8;
constexpr int kSum = 4;

__device__ void multiply(unsigned* sum, const unsigned* a, const unsigned* b) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

}  // namespace

/// The matrices are other ones with each product: where the instruction is made of others, the
/// compiler would do the multiplication of equal ones once.
extern "C" __global__ void flopprof_mma_e4m3(const void* seeds, void* result, int trips, int) {
  const int thread = blockIdx.x * blockDim.x + threadIdx.x;
  const unsigned* seed = static_cast<const unsigned*>(seeds) + threadIdx.x % 32;
  unsigned a[4] = {seed[0], seed[32], seed[64], seed[96]};
  unsigned b[2] = {seed[128], seed[160]};
  const unsigned mask = seed[192];
  unsigned sums[kSums][kSum];
#pragma unroll
  for (int i = 0; i < kSums * kSum; ++i) sums[i / kSum][i % kSum] = seed[32 * i];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int sum = 0; sum < kSums; ++sum) {
      b[0] ^= mask + sum;
      b[1] ^= mask + trip;
      multiply(sums[sum], a, b);
    }
  }
  unsigned* own = static_cast<unsigned*>(result) + thread * kSums * kSum;
#pragma unroll
  for (int i = 0; i < kSums * kSum; ++i) own[i] = sums[i / kSum][i % kSum];
}

std::vector<ReferenceKernel> warp_matrix_narrow() {
  // A product of 16×8×32 is 8192 FLOPs. Hopper and the Blackwell of data centres have an
  // instruction of it for warp groups alone: they do it with two products of halves, and add what
  // comes of them to the sum in single precision, 4 adds a thread.
  ReferenceKernel kernel{.name = "flopprof_mma_e4m3",
                         .entry = reinterpret_cast<const void*>(flopprof_mma_e4m3),
                         .first_capability = 89,
                         .numbers = Number::kE4m3,
                         .result_bytes_a_thread = 128};
  kernel.trip = {
      {FlopClass::kTensorFp8, 0, 8 * 8192, Lanes::kAll, 89, 89},
      {FlopClass::kTensorFp16, 0, 8 * 8192, Lanes::kAll, 90, 119},
      {FlopClass::kFp32, 8 * 4, 0, Lanes::kAll, 90, 119},
      {FlopClass::kTensorFp8, 0, 8 * 8192, Lanes::kAll, 120, 1000},
  };
  return {kernel};
}

}  // namespace flopprof::kernels
