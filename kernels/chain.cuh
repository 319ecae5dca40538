#pragma once

namespace flopprof::kernels {

/// Every thread holds `kChains` values, and each trip gives every one of them `kRounds` operations
/// that need the one before. What comes in and goes out is memory's: outside the loop nothing is
/// done in floating point, and nothing can be left out, because all values are stored.
template <class Operation, int kChains, int kRounds>
__device__ void run_chains(const void* seeds, void* result, int trips) {
  using Value = typename Operation::Value;
  const int thread = blockIdx.x * blockDim.x + threadIdx.x;
  const Value* seed = static_cast<const Value*>(seeds) + threadIdx.x % 32;
  const Value factor = seed[0];
  const Value summand = seed[32];
  Value values[kChains];
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) values[chain] = seed[64 + 32 * chain];
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
#pragma unroll
      for (int chain = 0; chain < kChains; ++chain) {
        Operation::apply(values[chain], factor, summand);
      }
    }
  }
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) {
    static_cast<Value*>(result)[thread * kChains + chain] = values[chain];
  }
}

}  // namespace flopprof::kernels
