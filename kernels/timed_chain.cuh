#pragma once

#include "kernels/chain.cuh"
#include "kernels/overlap.h"

namespace flopprof::kernels {

constexpr int kTimedChains = 8;

struct TimedFuse {
  using Value = float;
  static __device__ void apply(Value& value, Value factor, Value summand) {
    asm volatile("fma.rn.f32 %0, %0, %1, %2;" : "+f"(value) : "f"(factor), "f"(summand));
  }
};

inline __device__ unsigned long long now_ns() {
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now)::"memory");
  return now;
}

/// 512 FLOPs a trip and thread. `ran` is a Ran: the launch has begun with its first block.
inline __device__ void run_begun(const void* seeds, void* results, int trips,
                                 unsigned long long* ran) {
  if (threadIdx.x == 0) atomicMin(ran, now_ns());
  __syncthreads();
  run_chains<TimedFuse, kTimedChains, 32>(seeds, results, trips);
}

/// It has ended with its last.
inline __device__ void end_run(unsigned long long* ran) {
  __syncthreads();
  if (threadIdx.x == 0) atomicMax(ran + 1, now_ns());
}

}  // namespace flopprof::kernels
