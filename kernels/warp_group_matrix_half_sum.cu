#include "kernels/reference_kernel.h"
#include "kernels/warp_group_matrix.cuh"

namespace flopprof::kernels {
namespace {

// As warp_group_matrix.cu, with sums of halves.

#define FLOPPROF_PRODUCT(name, kind, flags)                                                  \
  struct name {                                                                              \
    using Left = SharedLeft;                                                                 \
    static constexpr int kRegisters = 64;                                                    \
    static __device__ void apply(unsigned* sum, Left a, int product, std::uint64_t b) {      \
      asm volatile(FLOPPROF_WGMMA kind " " FLOPPROF_HALF_SUM_TEXT ", %64, %65, p" flags ";}" \
                   : FLOPPROF_SIXTY_FOUR(sum, 0)                                             \
                   : "l"(a.descriptor + 2 * product), "l"(b));                               \
    }                                                                                        \
  }

FLOPPROF_PRODUCT(Half, "m64n256k16.f16.f16.f16", ", 1, 1, 0, 0");
FLOPPROF_PRODUCT(E5m2, "m64n256k32.f16.e5m2.e5m2", ", 1, 1");
FLOPPROF_PRODUCT(Mixed, "m64n256k32.f16.e5m2.e4m3", ", 1, 1");

}  // namespace

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_f16_f16(const void* seeds,
                                                                         void* result, int trips,
                                                                         int) {
  run_group_products<Half>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_e5m2_f16(const void* seeds,
                                                                          void* result, int trips,
                                                                          int) {
  run_group_products<E5m2>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_e5m2_e4m3_f16(const void* seeds,
                                                                               void* result,
                                                                               int trips, int) {
  run_group_products<Mixed>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_group_matrix_half_sum() {
  return {
      {.name = "flopprof_wgmma_f16_f16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_f16_f16),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 256},
      {.name = "flopprof_wgmma_e5m2_f16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_e5m2_f16),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kE5m2,
       .trip = {{.kind = FlopClass::kTensorFp8, .a_warp = 4 * 1048576 / 4}},
       .result_bytes_a_thread = 256},
      {.name = "flopprof_wgmma_e5m2_e4m3_f16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_e5m2_e4m3_f16),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kE5m2,
       .trip = {{.kind = FlopClass::kTensorFp8, .a_warp = 4 * 1048576 / 4}},
       .result_bytes_a_thread = 256},
  };
}

}  // namespace flopprof::kernels
