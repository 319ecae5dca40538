#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 256 operations a thread: 256 FLOPs of adds, 256 of multiplications, 512 of fused ones.

struct Add {
  using Value = float;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("add.rn.f32 %0, %0, %1;" : "+f"(value) : "f"(factor));
  }
};

struct Multiply {
  using Value = float;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("mul.rn.f32 %0, %0, %1;" : "+f"(value) : "f"(factor));
  }
};

struct Fuse {
  using Value = float;
  static __device__ void apply(Value& value, Value factor, Value summand) {
    asm volatile("fma.rn.f32 %0, %0, %1, %2;" : "+f"(value) : "f"(factor), "f"(summand));
  }
};

}  // namespace

extern "C" __global__ void flopprof_fadd(const void* seeds, void* result, int trips, int) {
  run_chains<Add, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_fmul(const void* seeds, void* result, int trips, int) {
  run_chains<Multiply, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_ffma(const void* seeds, void* result, int trips, int) {
  run_chains<Fuse, 8, 32>(seeds, result, trips);
}

std::vector<ReferenceKernel> vector_single() {
  return {
      {.name = "flopprof_fadd",
       .entry = reinterpret_cast<const void*>(flopprof_fadd),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 256}}},
      {.name = "flopprof_fmul",
       .entry = reinterpret_cast<const void*>(flopprof_fmul),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 256}}},
      {.name = "flopprof_ffma",
       .entry = reinterpret_cast<const void*>(flopprof_ffma),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 512}}},
  };
}

}  // namespace flopprof::kernels
