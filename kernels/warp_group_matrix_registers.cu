#include "kernels/reference_kernel.h"
#include "kernels/warp_group_matrix.cuh"

namespace flopprof::kernels {
namespace {

// As warp_group_matrix.cu, with the left matrix in registers, which are the same of every product.

struct RegistersLeft {
  explicit __device__ RegistersLeft(const unsigned* matrix) {
#pragma unroll
    for (int i = 0; i < 4; ++i) words[i] = matrix[threadIdx.x % 128 + 128 * i];
  }
  unsigned words[4];
};

#define FLOPPROF_PRODUCT(name, kind, flags)                                                       \
  struct name {                                                                                   \
    using Left = RegistersLeft;                                                                   \
    static constexpr int kRegisters = 128;                                                        \
    static __device__ void apply(unsigned* sum, const Left& a, int, std::uint64_t b) {            \
      asm volatile(FLOPPROF_WGMMA kind " " FLOPPROF_SUM_TEXT                                      \
                                       ", {%128, %129, %130, %131}, %132, p" flags ";}"           \
                   : FLOPPROF_SIXTY_FOUR(sum, 0), FLOPPROF_SIXTY_FOUR(sum, 64)                    \
                   : "r"(a.words[0]), "r"(a.words[1]), "r"(a.words[2]), "r"(a.words[3]), "l"(b)); \
    }                                                                                             \
  }

FLOPPROF_PRODUCT(Bfloat, "m64n256k16.f32.bf16.bf16", ", 1, 1, 0");
FLOPPROF_PRODUCT(E5m2, "m64n256k32.f32.e5m2.e5m2", ", 1, 1");

}  // namespace

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_bf16_registers(const void* seeds,
                                                                                void* result,
                                                                                int trips, int) {
  run_group_products<Bfloat>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_e5m2_registers(const void* seeds,
                                                                                void* result,
                                                                                int trips, int) {
  run_group_products<E5m2>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_group_matrix_registers() {
  return {
      {.name = "flopprof_wgmma_bf16_registers",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_bf16_registers),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 512},
      {.name = "flopprof_wgmma_e5m2_registers",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_e5m2_registers),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kE5m2,
       .trip = {{.kind = FlopClass::kTensorFp8, .a_warp = 4 * 1048576 / 4}},
       .result_bytes_a_thread = 512},
  };
}

}  // namespace flopprof::kernels
