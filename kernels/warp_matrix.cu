#include "kernels/reference_kernel.h"
#include "kernels/warp_matrix.cuh"

namespace flopprof::kernels {
namespace {

// A trip is 64 products a warp, over 8 sums.

struct HalfIntoSingle {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

struct HalfIntoHalf {
  using Number = unsigned;
  static constexpr int kSum = 2;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 "
        "{%0, %1}, {%2, %3, %4, %5}, {%6, %7}, {%0, %1};"
        : "+r"(sum[0]), "+r"(sum[1])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

struct Bfloat {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

struct ShallowBfloat {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 2;
  static constexpr int kB = 1;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(b[0]));
  }
};

struct Tf32 {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

struct ShallowTf32 {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 2;
  static constexpr int kB = 1;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(b[0]));
  }
};

struct Double {
  using Number = double;
  static constexpr int kSum = 2;
  static constexpr int kA = 1;
  static constexpr int kB = 1;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 "
        "{%0, %1}, {%2}, {%3}, {%0, %1};"
        : "+d"(sum[0]), "+d"(sum[1])
        : "d"(a[0]), "d"(b[0]));
  }
};

struct Integer {
  using Number = unsigned;
  static constexpr int kSum = 4;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

}  // namespace

extern "C" __global__ void flopprof_mma_f16_f32(const void* seeds, void* result, int trips, int) {
  run_products<HalfIntoSingle, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_f16_f16(const void* seeds, void* result, int trips, int) {
  run_products<HalfIntoHalf, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_bf16(const void* seeds, void* result, int trips, int) {
  run_products<Bfloat, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_bf16_k8(const void* seeds, void* result, int trips, int) {
  run_products<ShallowBfloat, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_tf32(const void* seeds, void* result, int trips, int) {
  run_products<Tf32, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_tf32_k4(const void* seeds, void* result, int trips, int) {
  run_products<ShallowTf32, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_f64(const void* seeds, void* result, int trips, int) {
  run_products<Double, 8>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_s8(const void* seeds, void* result, int trips, int) {
  run_products<Integer, 8>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_matrix() {
  return {
      {.name = "flopprof_mma_f16_f32",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f16_f32),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 64 * 4096}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_f16_f16",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f16_f16),
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 64 * 4096}},
       .result_bytes_a_thread = 64},
      {.name = "flopprof_mma_bf16",
       .entry = reinterpret_cast<const void*>(flopprof_mma_bf16),
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 64 * 4096}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_bf16_k8",
       .entry = reinterpret_cast<const void*>(flopprof_mma_bf16_k8),
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 64 * 2048}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_tf32",
       .entry = reinterpret_cast<const void*>(flopprof_mma_tf32),
       .trip = {{.kind = FlopClass::kTensorTf32, .a_warp = 64 * 2048}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_tf32_k4",
       .entry = reinterpret_cast<const void*>(flopprof_mma_tf32_k4),
       .trip = {{.kind = FlopClass::kTensorTf32, .a_warp = 64 * 1024}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_f64",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f64),
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kTensorFp64, .a_warp = 64 * 512}},
       .result_bytes_a_thread = 128},
      {.name = "flopprof_mma_s8",
       .entry = reinterpret_cast<const void*>(flopprof_mma_s8),
       .numbers = Number::kInt8,
       .result_bytes_a_thread = 128},
  };
}

}  // namespace flopprof::kernels
