#include "bench/gpu/idioms.h"

namespace flopprof::gpu {
namespace {

constexpr int kRounds = 16;  ///< of a trip

struct Absolute {
  static __device__ void apply(float& value, unsigned seed) {
    const float other = __uint_as_float(seed ^ __float_as_uint(value));
    asm volatile("abs.f32 %0, %1;" : "=f"(value) : "f"(other));
  }
};

struct Negative {
  static __device__ void apply(float& value, unsigned seed) {
    const float other = __uint_as_float(seed ^ __float_as_uint(value));
    asm volatile("neg.f32 %0, %1;" : "=f"(value) : "f"(other));
  }
};

struct Greater {
  static __device__ void apply(float& value, unsigned seed) {
    asm volatile("max.f32 %0, %0, %1;" : "+f"(value) : "f"(__uint_as_float(seed)));
  }
};

struct Compare {
  static __device__ void apply(float& value, unsigned seed) {
    asm volatile("set.lt.f32.f32 %0, %0, %1;" : "+f"(value) : "f"(__uint_as_float(seed)));
  }
};

struct FromHalf {
  static __device__ void apply(float& value, unsigned seed) {
    const auto half = static_cast<unsigned short>(seed ^ __float_as_uint(value));
    asm volatile("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(half));
  }
};

struct FromInteger {
  static __device__ void apply(float& value, unsigned seed) {
    const int integer = static_cast<int>(seed ^ __float_as_uint(value));
    asm volatile("cvt.rn.f32.s32 %0, %1;" : "=f"(value) : "r"(integer));
  }
};

template <class Idiom>
__device__ void run_idiom(const void* seeds, void* result, int trips) {
  const unsigned seed = static_cast<const unsigned*>(seeds)[threadIdx.x];
  float value = __uint_as_float(seed);
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kRounds; ++round) Idiom::apply(value, seed);
  }
  static_cast<float*>(result)[blockIdx.x * blockDim.x + threadIdx.x] = value;
}

struct Sparse {
  static __device__ void apply(float (&sum)[4], const unsigned (&a)[4], unsigned b) {
    asm volatile(
        "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 "
        "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%8,%8,%8}, {%0,%1,%2,%3}, %9, 0x0;"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b), "r"(0x44444444u));
  }
};

struct EightBits {
  static __device__ void apply(float (&sum)[4], const unsigned (&a)[4], unsigned b) {
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 "
        "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%8}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b));
  }
};

/// A factor changes in every round, or a compiler does an emulated product once for all.
template <class Product>
__device__ void run_product(const void* seeds, void* result, int trips) {
  const auto* seed = static_cast<const unsigned*>(seeds) + threadIdx.x % 32;
  const unsigned a[4] = {seed[0], seed[32], seed[64], seed[96]};
  unsigned b = seed[128];
  float sum[4] = {};
#pragma unroll 1
  for (int trip = 0; trip < trips; ++trip) {
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
      b ^= static_cast<unsigned>(trip + round);
      Product::apply(sum, a, b);
    }
  }
  unsigned hash = 0;
  for (const float part : sum) hash ^= __float_as_uint(part);
  static_cast<unsigned*>(result)[blockIdx.x * blockDim.x + threadIdx.x] = hash;
}

kernels::ReferenceKernel of_hopper(const char* name, const void* entry,
                                   std::vector<kernels::TripFlops> trip) {
  return {.name = name,
          .entry = entry,
          .first_capability = 90,
          .last_capability = 90,
          .trip = std::move(trip)};
}

}  // namespace

#define FLOPPROF_IDIOM(name, run, what)                                              \
  extern "C" __global__ void name(const void* seeds, void* result, int trips, int) { \
    run<what>(seeds, result, trips);                                                 \
  }
FLOPPROF_IDIOM(idiom_absolute, run_idiom, Absolute)
FLOPPROF_IDIOM(idiom_negative, run_idiom, Negative)
FLOPPROF_IDIOM(idiom_greater, run_idiom, Greater)
FLOPPROF_IDIOM(idiom_compare, run_idiom, Compare)
FLOPPROF_IDIOM(idiom_from_half, run_idiom, FromHalf)
FLOPPROF_IDIOM(idiom_from_integer, run_idiom, FromInteger)
FLOPPROF_IDIOM(idiom_sparse, run_product, Sparse)
FLOPPROF_IDIOM(idiom_eight_bits, run_product, EightBits)
#undef FLOPPROF_IDIOM

/// What is stored is known when this is compiled: the compiler makes some of the constants by
/// multiplying and adding halves. Outside any loop.
extern "C" __global__ void idiom_constants(const void*, void* result, int, int) {
  auto* own = static_cast<float*>(result) + 8 * (blockIdx.x * blockDim.x + threadIdx.x);
  for (int i = 0; i < 4; ++i) own[i] = 1.875F + static_cast<float>(i);
  for (int i = 4; i < 8; ++i) own[i] = 0.1F * static_cast<float>(i);
}

std::vector<kernels::ReferenceKernel> idioms() {
  using kernels::FlopClass;
  // m16n8k32: a sparse product multiplies 16 of the 32 that it skips among; an eight-bit one is two
  // products of halves, which are then added, four sums a thread.
  constexpr std::int64_t kDense = 2 * 16 * 8 * 32;
  const auto entry = [](auto* kernel) { return reinterpret_cast<const void*>(kernel); };
  return {of_hopper("idiom_absolute", entry(idiom_absolute), {}),
          of_hopper("idiom_negative", entry(idiom_negative), {}),
          of_hopper("idiom_greater", entry(idiom_greater), {}),
          of_hopper("idiom_compare", entry(idiom_compare), {}),
          of_hopper("idiom_from_half", entry(idiom_from_half), {}),
          of_hopper("idiom_from_integer", entry(idiom_from_integer), {}),
          of_hopper("idiom_constants", entry(idiom_constants), {}),
          of_hopper("idiom_sparse", entry(idiom_sparse),
                    {{.kind = FlopClass::kTensorFp16, .a_warp = kRounds * kDense / 2}}),
          of_hopper("idiom_eight_bits", entry(idiom_eight_bits),
                    {{.kind = FlopClass::kTensorFp16, .a_warp = kRounds * kDense},
                     {.kind = FlopClass::kFp32, .a_thread = kRounds * 4}})};
}

}  // namespace flopprof::gpu
