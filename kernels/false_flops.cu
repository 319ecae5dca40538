#include <cuda_fp16.h>

#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

__device__ int thread_of_all() { return blockIdx.x * blockDim.x + threadIdx.x; }

}  // namespace

// None of these computes a sum or a product. What they state is what the compiler makes of them all
// the same, and what a counter of instructions therefore sees.

extern "C" __global__ void flopprof_empty(const void*, void*, int, int) {}

/// A trip: the magnitude of a number with its sign turned.
extern "C" __global__ void flopprof_sign(const void* seeds, void* result, int trips, int) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  float* own = static_cast<float*>(result) + 2 * thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) own[trip % 2] = -fabsf(seed[trip % 64]);
}

/// A trip: two halves into singles.
extern "C" __global__ void flopprof_half_to_single(const void* seeds, void* result, int trips,
                                                   int) {
  const __half2* seed = static_cast<const __half2*>(seeds) + threadIdx.x % 32;
  float2* own = static_cast<float2*>(result) + thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) *own = __half22float2(seed[trip % 64]);
}

/// A trip: two singles into halves, an integer into a single, and a single into an integer.
extern "C" __global__ void flopprof_conversions(const void* seeds, void* result, int trips, int) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  int* own = static_cast<int*>(result) + 4 * thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    const __half2 halves = __floats2half2_rn(seed[0], seed[32 + trip % 32]);
    own[0] = *reinterpret_cast<const int*>(&halves);
    own[1] = __float_as_int(__int2float_rn(trip));
    own[2] = __float2int_rz(seed[trip % 64]);
  }
}

/// A trip: the greater of two numbers, and whether they are in order.
extern "C" __global__ void flopprof_compare(const void* seeds, void* result, int trips, int) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  float* own = static_cast<float*>(result) + 2 * thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    const float left = seed[trip % 32];
    const float right = seed[64 + trip % 32];
    own[0] = fmaxf(left, right);
    own[1] = left < right ? 1.0F : 0.0F;
  }
}

std::vector<ReferenceKernel> false_flops() {
  return {
      {.name = "flopprof_empty",
       .entry = reinterpret_cast<const void*>(flopprof_empty),
       .result_bytes_a_thread = 0},
      {.name = "flopprof_sign",
       .entry = reinterpret_cast<const void*>(flopprof_sign),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 1}}},
      {.name = "flopprof_half_to_single",
       .entry = reinterpret_cast<const void*>(flopprof_half_to_single),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kFp16, .a_thread = 4}}},
      {.name = "flopprof_conversions",
       .entry = reinterpret_cast<const void*>(flopprof_conversions)},
      {.name = "flopprof_compare", .entry = reinterpret_cast<const void*>(flopprof_compare)},
  };
}

}  // namespace flopprof::kernels
