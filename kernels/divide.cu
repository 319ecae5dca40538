#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is one operation a thread, which the compiler makes of several.

struct Divide {
  using Value = float;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("div.rn.f32 %0, %0, %1;" : "+f"(value) : "f"(factor));
  }
};

struct Root {
  using Value = float;
  static __device__ void apply(Value& value, Value, Value) {
    asm volatile("sqrt.rn.f32 %0, %0;" : "+f"(value));
  }
};

}  // namespace

extern "C" __global__ void flopprof_div_rn(const void* seeds, void* result, int trips, int) {
  run_chains<Divide, 1, 1>(seeds, result, trips);
}

extern "C" __global__ void flopprof_sqrt_rn(const void* seeds, void* result, int trips, int) {
  run_chains<Root, 1, 1>(seeds, result, trips);
}

std::vector<ReferenceKernel> divide() {
  // A division: a reciprocal and 5 fused multiply-adds. A root: a reciprocal root, 2
  // multiplications and 2 fused multiply-adds. Denormal and huge values take a slower way, which is
  // not counted here.
  return {
      {.name = "flopprof_div_rn",
       .entry = reinterpret_cast<const void*>(flopprof_div_rn),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 10}},
       .written_a_thread = 1,
       .result_bytes_a_thread = 4},
      {.name = "flopprof_sqrt_rn",
       .entry = reinterpret_cast<const void*>(flopprof_sqrt_rn),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 6}},
       .written_a_thread = 1,
       .result_bytes_a_thread = 4},
  };
}

}  // namespace flopprof::kernels
