#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

constexpr int kChains = 8;
constexpr int kFused = 256;
constexpr int kAdded = 128;

__device__ float* own(void* result) {
  return static_cast<float*>(result) + (blockIdx.x * blockDim.x + threadIdx.x) * kChains;
}

}  // namespace

/// A trip: lanes below `lanes` do 256 fused multiply-adds each, under a predicate; no lane
/// branches.
extern "C" __global__ void flopprof_predicated(const void* seeds, void* result, int trips,
                                               int lanes) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  const int takes_part = threadIdx.x % 32 < lanes ? 1 : 0;
  float values[kChains];
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) values[chain] = seed[64 + 32 * chain];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kFused; ++round) {
      asm volatile("{.reg .pred p; setp.ne.s32 p, %3, 0; @p fma.rn.f32 %0, %0, %1, %2;}"
                   : "+f"(values[round % kChains])
                   : "f"(seed[0]), "f"(seed[32]), "r"(takes_part));
    }
  }
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) own(result)[chain] = values[chain];
}

/// A trip: lanes below `lanes` do 256 fused multiply-adds each, the others 128 adds each.
extern "C" __global__ void flopprof_divergent(const void* seeds, void* result, int trips,
                                              int lanes) {
  const float* seed = static_cast<const float*>(seeds) + threadIdx.x % 32;
  const float factor = seed[0];
  const float summand = seed[32];
  float values[kChains];
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) values[chain] = seed[64 + 32 * chain];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
    if (threadIdx.x % 32 < lanes) {
#pragma unroll
      for (int round = 0; round < kFused; ++round) {
        asm volatile("fma.rn.f32 %0, %0, %1, %2;"
                     : "+f"(values[round % kChains])
                     : "f"(factor), "f"(summand));
      }
    } else {
#pragma unroll
      for (int round = 0; round < kAdded; ++round) {
        asm volatile("add.rn.f32 %0, %0, %1;" : "+f"(values[round % kChains]) : "f"(summand));
      }
    }
  }
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) own(result)[chain] = values[chain];
}

std::vector<ReferenceKernel> lanes() {
  constexpr TripFlops kFirst{.a_thread = 2 * kFused, .lanes = Lanes::kFirst};
  constexpr TripFlops kOthers{.a_thread = kAdded, .lanes = Lanes::kOthers};
  return {
      {.name = "flopprof_predicated",
       .entry = reinterpret_cast<const void*>(flopprof_predicated),
       .trip = {kFirst}},
      {.name = "flopprof_divergent",
       .entry = reinterpret_cast<const void*>(flopprof_divergent),
       .trip = {kFirst, kOthers}},
  };
}

}  // namespace flopprof::kernels
