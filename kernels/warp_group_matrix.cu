#include "kernels/reference_kernel.h"
#include "kernels/warp_group_matrix.cuh"

namespace flopprof::kernels {
namespace {

/// A struct that adds one product, of matrices in shared memory, to a sum of a warp group.
#define FLOPPROF_PRODUCT(name, kind, flags)                                               \
  struct name {                                                                           \
    using Left = SharedLeft;                                                              \
    static constexpr int kRegisters = 128;                                                \
    static __device__ void apply(unsigned* sum, Left a, int product, std::uint64_t b) {   \
      asm volatile(FLOPPROF_WGMMA kind " " FLOPPROF_SUM_TEXT ", %128, %129, p" flags ";}" \
                   : FLOPPROF_SIXTY_FOUR(sum, 0), FLOPPROF_SIXTY_FOUR(sum, 64)            \
                   : "l"(a.descriptor + 2 * product), "l"(b));                            \
    }                                                                                     \
  }

FLOPPROF_PRODUCT(Bfloat, "m64n256k16.f32.bf16.bf16", ", 1, 1, 0, 0");
FLOPPROF_PRODUCT(Half, "m64n256k16.f32.f16.f16", ", 1, 1, 0, 0");
FLOPPROF_PRODUCT(Tf32, "m64n256k8.f32.tf32.tf32", ", 1, 1");
FLOPPROF_PRODUCT(E4m3, "m64n256k32.f32.e4m3.e4m3", ", 1, 1");
FLOPPROF_PRODUCT(Integer, "m64n256k32.s32.s8.s8", "");

}  // namespace

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_bf16(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<Bfloat>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_f16(const void* seeds,
                                                                     void* result, int trips, int) {
  run_group_products<Half>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_tf32(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<Tf32>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_e4m3(const void* seeds,
                                                                      void* result, int trips,
                                                                      int) {
  run_group_products<E4m3>(seeds, result, trips);
}

extern "C" __global__ __launch_bounds__(256) void flopprof_wgmma_s8(const void* seeds, void* result,
                                                                    int trips, int) {
  run_group_products<Integer>(seeds, result, trips);
}

std::vector<ReferenceKernel> warp_group_matrix() {
  // 2·64·256·depth FLOPs a product, of the four warps of a group.
  return {
      {.name = "flopprof_wgmma_bf16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_bf16),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kBfloat,
       .trip = {{.kind = FlopClass::kTensorBf16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 512},
      {.name = "flopprof_wgmma_f16",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_f16),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kHalf,
       .trip = {{.kind = FlopClass::kTensorFp16, .a_warp = 4 * 524288 / 4}},
       .result_bytes_a_thread = 512},
      {.name = "flopprof_wgmma_tf32",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_tf32),
       .first_capability = 90,
       .last_capability = 90,
       .trip = {{.kind = FlopClass::kTensorTf32, .a_warp = 4 * 262144 / 4}},
       .result_bytes_a_thread = 512},
      {.name = "flopprof_wgmma_e4m3",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_e4m3),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kE4m3,
       .trip = {{.kind = FlopClass::kTensorFp8, .a_warp = 4 * 1048576 / 4}},
       .result_bytes_a_thread = 512},
      {.name = "flopprof_wgmma_s8",
       .entry = reinterpret_cast<const void*>(flopprof_wgmma_s8),
       .first_capability = 90,
       .last_capability = 90,
       .numbers = Number::kInt8,
       .result_bytes_a_thread = 512},
  };
}

}  // namespace flopprof::kernels
