#include "kernels/chain.cuh"
#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

// A trip is 256 approximations a thread, which are no FLOPs; the sine scales its argument first.

struct Exponential {
  using Value = float;
  static __device__ void apply(Value& value, Value, Value) {
    asm volatile("ex2.approx.ftz.f32 %0, %0;" : "+f"(value));
  }
};

struct ReciprocalRoot {
  using Value = float;
  static __device__ void apply(Value& value, Value, Value) {
    asm volatile("rsqrt.approx.ftz.f32 %0, %0;" : "+f"(value));
  }
};

struct Sine {
  using Value = float;
  static __device__ void apply(Value& value, Value, Value) {
    asm volatile("sin.approx.ftz.f32 %0, %0;" : "+f"(value));
  }
};

struct Tangent {
  using Value = float;
  static __device__ void apply(Value& value, Value, Value) {
    asm volatile("tanh.approx.f32 %0, %0;" : "+f"(value));
  }
};

}  // namespace

extern "C" __global__ void flopprof_mufu_ex2(const void* seeds, void* result, int trips, int) {
  run_chains<Exponential, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mufu_rsq(const void* seeds, void* result, int trips, int) {
  run_chains<ReciprocalRoot, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mufu_sin(const void* seeds, void* result, int trips, int) {
  run_chains<Sine, 8, 32>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mufu_tanh(const void* seeds, void* result, int trips, int) {
  run_chains<Tangent, 8, 32>(seeds, result, trips);
}

std::vector<ReferenceKernel> special_functions() {
  return {
      {.name = "flopprof_mufu_ex2", .entry = reinterpret_cast<const void*>(flopprof_mufu_ex2)},
      {.name = "flopprof_mufu_rsq", .entry = reinterpret_cast<const void*>(flopprof_mufu_rsq)},
      {.name = "flopprof_mufu_sin",
       .entry = reinterpret_cast<const void*>(flopprof_mufu_sin),
       .trip = {{.kind = FlopClass::kFp32, .a_thread = 256}}},
      {.name = "flopprof_mufu_tanh", .entry = reinterpret_cast<const void*>(flopprof_mufu_tanh)},
  };
}

}  // namespace flopprof::kernels
