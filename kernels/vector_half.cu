#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 256 packed operations a thread, of two lanes each.

struct Add {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("add.rn.f16x2 %0, %0, %1;" : "+r"(value) : "r"(factor));
  }
};

struct Multiply {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("mul.rn.f16x2 %0, %0, %1;" : "+r"(value) : "r"(factor));
  }
};

struct Fuse {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value summand) {
    asm volatile("fma.rn.f16x2 %0, %0, %1, %2;" : "+r"(value) : "r"(factor), "r"(summand));
  }
};

struct FuseBfloat {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value summand) {
    asm volatile("fma.rn.bf16x2 %0, %0, %1, %2;" : "+r"(value) : "r"(factor), "r"(summand));
  }
};

}  // namespace

extern "C" __global__ void flopprof_hadd2(const void* seeds, void* result, int trips, int) {
  run_chains<Add, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_hmul2(const void* seeds, void* result, int trips, int) {
  run_chains<Multiply, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_hfma2(const void* seeds, void* result, int trips, int) {
  run_chains<Fuse, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_bfma2(const void* seeds, void* result, int trips, int) {
  run_chains<FuseBfloat, 8, 32>(seeds, result, trips);
}

std::vector<ReferenceKernel> vector_half() {
  // A chain of adds is shared between two pipes: every other one becomes a fused multiply-add by 1,
  // which counts double, and of multiplications likewise.
  return {
      {.name = "flopprof_hadd2",
       .entry = reinterpret_cast<const void*>(flopprof_hadd2),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kFp16, .a_thread = 768}},
       .written_a_thread = 512},
      {.name = "flopprof_hmul2",
       .entry = reinterpret_cast<const void*>(flopprof_hmul2),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kFp16, .a_thread = 768}},
       .written_a_thread = 512},
      {.name = "flopprof_hfma2",
       .entry = reinterpret_cast<const void*>(flopprof_hfma2),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kFp16, .a_thread = 1024}}},
      {.name = "flopprof_bfma2",
       .entry = reinterpret_cast<const void*>(flopprof_bfma2),
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kBf16, .a_thread = 1024}}},
  };
}

}  // namespace flopprof::kernels
