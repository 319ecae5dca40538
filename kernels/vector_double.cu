#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 128 operations a thread: 128 FLOPs of adds, 128 of multiplications, 256 of fused ones.

struct Add {
  using Value = double;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("add.rn.f64 %0, %0, %1;" : "+d"(value) : "d"(factor));
  }
};

struct Multiply {
  using Value = double;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("mul.rn.f64 %0, %0, %1;" : "+d"(value) : "d"(factor));
  }
};

struct Fuse {
  using Value = double;
  static __device__ void apply(Value& value, Value factor, Value summand) {
    asm volatile("fma.rn.f64 %0, %0, %1, %2;" : "+d"(value) : "d"(factor), "d"(summand));
  }
};

}  // namespace

extern "C" __global__ void flopprof_dadd(const void* seeds, void* result, int trips, int) {
  run_chains<Add, 4, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_dmul(const void* seeds, void* result, int trips, int) {
  run_chains<Multiply, 4, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_dfma(const void* seeds, void* result, int trips, int) {
  run_chains<Fuse, 4, 32>(seeds, result, trips);
}

std::vector<ReferenceKernel> vector_double() {
  return {
      {.name = "flopprof_dadd",
       .entry = reinterpret_cast<const void*>(flopprof_dadd),
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kFp64, .a_thread = 128}}},
      {.name = "flopprof_dmul",
       .entry = reinterpret_cast<const void*>(flopprof_dmul),
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kFp64, .a_thread = 128}}},
      {.name = "flopprof_dfma",
       .entry = reinterpret_cast<const void*>(flopprof_dfma),
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kFp64, .a_thread = 256}}},
  };
}

}  // namespace flopprof::kernels
