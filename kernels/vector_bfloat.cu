#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 256 packed operations a thread, of two lanes each. Compute capability 9.0 is the first
// that can add and multiply bfloats without fusing both.

struct Add {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("add.rn.bf16x2 %0, %0, %1;" : "+r"(value) : "r"(factor));
  }
};

struct Multiply {
  using Value = unsigned;
  static __device__ void apply(Value& value, Value factor, Value) {
    asm volatile("mul.rn.bf16x2 %0, %0, %1;" : "+r"(value) : "r"(factor));
  }
};

}  // namespace

extern "C" __global__ void flopprof_badd2(const void* seeds, void* result, int trips, int) {
  run_chains<Add, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_bmul2(const void* seeds, void* result, int trips, int) {
  run_chains<Multiply, 8, 32>(seeds, result, trips);
}

std::vector<ReferenceKernel> vector_bfloat() {
  // Every other operation becomes a fused multiply-add, as with halves.
  return {
      {.name = "flopprof_badd2",
       .entry = reinterpret_cast<const void*>(flopprof_badd2),
       .first_capability = 90,
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kBf16, .a_thread = 768}},
       .written_a_thread = 512},
      {.name = "flopprof_bmul2",
       .entry = reinterpret_cast<const void*>(flopprof_bmul2),
       .first_capability = 90,
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kBf16, .a_thread = 768}},
       .written_a_thread = 512},
  };
}

}  // namespace flopprof::kernels
