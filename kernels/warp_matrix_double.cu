#include "kernels/reference_kernel.h"
#include "kernels/warp_matrix.cuh"

namespace flopprof::kernels {
namespace {

// Shapes that came with compute capability 9.0. A trip is 32 products a warp, over 8 sums.

struct Double4 {
  using Number = double;
  static constexpr int kSum = 4;
  static constexpr int kA = 2;
  static constexpr int kB = 1;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k4.row.col.f64.f64.f64.f64 "
        "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+d"(sum[0]), "+d"(sum[1]), "+d"(sum[2]), "+d"(sum[3])
        : "d"(a[0]), "d"(a[1]), "d"(b[0]));
  }
};

struct Double8 {
  using Number = double;
  static constexpr int kSum = 4;
  static constexpr int kA = 4;
  static constexpr int kB = 2;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+d"(sum[0]), "+d"(sum[1]), "+d"(sum[2]), "+d"(sum[3])
        : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(b[0]), "d"(b[1]));
  }
};

struct Double16 {
  using Number = double;
  static constexpr int kSum = 4;
  static constexpr int kA = 8;
  static constexpr int kB = 4;
  static __device__ void apply(Number* sum, const Number* a, const Number* b) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7, %8, %9, %10, %11}, {%12, %13, %14, %15}, {%0, %1, %2, "
        "%3};"
        : "+d"(sum[0]), "+d"(sum[1]), "+d"(sum[2]), "+d"(sum[3])
        : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(a[4]), "d"(a[5]), "d"(a[6]), "d"(a[7]),
          "d"(b[0]), "d"(b[1]), "d"(b[2]), "d"(b[3]));
  }
};

}  // namespace

extern "C" __global__ void flopprof_mma_f64_k4(const void* seeds, void* result, int trips, int) {
  run_products<Double4, 4>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_f64_k8(const void* seeds, void* result, int trips, int) {
  run_products<Double8, 4>(seeds, result, trips);
}

extern "C" __global__ void flopprof_mma_f64_k16(const void* seeds, void* result, int trips, int) {
  run_products<Double16, 4>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_matrix_double() {
  return {
      {.name = "flopprof_mma_f64_k4",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f64_k4),
       .first_capability = 90,
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kTensorFp64, .a_warp = 32 * 1024}},
       .result_bytes_a_thread = 256},
      {.name = "flopprof_mma_f64_k8",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f64_k8),
       .first_capability = 90,
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kTensorFp64, .a_warp = 32 * 2048}},
       .result_bytes_a_thread = 256},
      {.name = "flopprof_mma_f64_k16",
       .entry = reinterpret_cast<const void*>(flopprof_mma_f64_k16),
       .first_capability = 90,
       .numbers = Number::kDouble,
       .trip = {{.kind = FlopClass::kTensorFp64, .a_warp = 32 * 4096}},
       .result_bytes_a_thread = 256},
  };
}

}  // namespace flopprof::kernels
