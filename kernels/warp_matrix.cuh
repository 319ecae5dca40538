#pragma once

namespace flopprof::kernels {

/// Every warp adds to 8 sums in turn, `kRounds` times a trip, the product of the same two
/// matrices, which come from memory. All sums are stored.
template <class Product, int kRounds>
__device__ void run_products(const void* seeds, void* result, int trips) {
  using Number = typename Product::Number;
  constexpr int kSums = 8;
  const int thread = blockIdx.x * blockDim.x + threadIdx.x;
  const Number* seed = static_cast<const Number*>(seeds) + threadIdx.x % 32;
  Number a[Product::kA];
  Number b[Product::kB];
  Number sums[kSums][Product::kSum];
#pragma unroll
  for (int i = 0; i < Product::kA; ++i) a[i] = seed[32 * i];
#pragma unroll
  for (int i = 0; i < Product::kB; ++i) b[i] = seed[32 * (Product::kA + i)];
#pragma unroll
  for (int i = 0; i < kSums * Product::kSum; ++i) {
    sums[i / Product::kSum][i % Product::kSum] = seed[32 * i];
  }
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
#pragma unroll
      for (int sum = 0; sum < kSums; ++sum) Product::apply(sums[sum], a, b);
    }
  }
  Number* own = static_cast<Number*>(result) + thread * kSums * Product::kSum;
#pragma unroll
  for (int i = 0; i < kSums * Product::kSum; ++i) {
    own[i] = sums[i / Product::kSum][i % Product::kSum];
  }
}

}  // namespace flopprof::kernels
