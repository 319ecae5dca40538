#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

constexpr int kResultsOfAWarp = 32;

__device__ int thread_of_all() { return blockIdx.x * blockDim.x + threadIdx.x; }

}  // namespace

/// A trip is one atomic add a thread, which the L2 cache does: no processor executes a FLOP.
extern "C" __global__ void flopprof_atomic_global(const void* seeds, void* result, int trips, int) {
  const float summand = static_cast<const float*>(seeds)[threadIdx.x % 32];
  float* sum = static_cast<float*>(result) + thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) atomicAdd(sum, summand);
}

/// The same in double precision.
extern "C" __global__ void flopprof_atomic_global_f64(const void* seeds, void* result, int trips,
                                                      int) {
  const double summand = static_cast<const double*>(seeds)[threadIdx.x % 32];
  double* sum = static_cast<double*>(result) + thread_of_all();
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) atomicAdd(sum, summand);
}

/// A trip is one atomic add a thread to a sum of its own in shared memory: read, add, compare and
/// swap, once, because nobody else writes there.
extern "C" __global__ void flopprof_atomic_shared(const void* seeds, void* result, int trips, int) {
  __shared__ float sums[1024];
  const float summand = static_cast<const float*>(seeds)[threadIdx.x % 32];
  sums[threadIdx.x] = static_cast<const float*>(seeds)[64 + threadIdx.x % 32];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) atomicAdd(sums + threadIdx.x, summand);
  static_cast<float*>(result)[thread_of_all()] = sums[threadIdx.x];
}

/// A trip is the sum of one number of each lane, which every lane has in the end: 31 adds are
/// needed, and 5 a lane are done.
extern "C" __global__ void flopprof_warp_sum(const void* seeds, void* result, int trips, int) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  float sum = 0;
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    sum = seed[32 * (trip % (2048 / kResultsOfAWarp))];
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
      const float other = __shfl_xor_sync(0xffffffff, sum, distance);
      asm volatile("add.rn.f32 %0, %0, %1;" : "+f"(sum) : "f"(other));
    }
  }
  static_cast<float*>(result)[thread_of_all()] = sum;
}

std::vector<ReferenceKernel> atomics() {
  return {
      {.name = "flopprof_atomic_global",
       .entry = reinterpret_cast<const void*>(flopprof_atomic_global),
       .result_bytes_a_thread = 4},
      {.name = "flopprof_atomic_global_f64",
       .entry = reinterpret_cast<const void*>(flopprof_atomic_global_f64),
       .numbers = Number::kDouble,
       .result_bytes_a_thread = 8},
      {.name = "flopprof_atomic_shared",
       .entry = reinterpret_cast<const void*>(flopprof_atomic_shared),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 1}},
       .result_bytes_a_thread = 4},
      {.name = "flopprof_warp_sum",
       .entry = reinterpret_cast<const void*>(flopprof_warp_sum),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 5}},
       .written_a_thread = 1,
       .result_bytes_a_thread = 4},
  };
}

}  // namespace flopprof::kernels
