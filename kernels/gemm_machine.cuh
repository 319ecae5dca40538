#pragma once

#include <cuda.h>

#include "kernels/gemm_steps.h"
#include "kernels/warp_group_matrix.cuh"

// The GPU as gemm_steps.h wants it. Addresses are bytes of shared memory; barriers lie at the same
// address in every block of a cluster.

namespace flopprof::kernels {

inline __device__ void wait_on(std::uint32_t barrier, std::uint32_t parity) {
  asm volatile(
      "{.reg .pred done;\n"
      "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra again;}" ::"r"(barrier),
      "r"(parity)
      : "memory");
}

/// The thread that loads.
struct GemmLoader {
  std::uint32_t shared;
  int block;
  const CUtensorMap* left;
  const CUtensorMap* right;

  __device__ void wait_until_empty(int stage, std::uint32_t parity) const {
    wait_on(shared + empty_barrier_at(stage), parity);
  }

  __device__ void expect(int stage, std::uint32_t bytes) const {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
                     shared + full_barrier_at(stage)),
                 "r"(bytes)
                 : "memory");
  }

  __device__ void load_left(int stage, int row, int column) const {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
        "[%0], [%1, {%2, %3}], [%4];" ::"r"(shared + left_at(stage)),
        "l"(left), "r"(column), "r"(row), "r"(shared + full_barrier_at(stage))
        : "memory");
  }

  __device__ void load_right_half(int stage, int row, int column) const {
    const std::uint32_t half = static_cast<std::uint32_t>(block) * kGemmHalfBytes;
    constexpr std::uint16_t kBothBlocks = 3;
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
        ".multicast::cluster [%0], [%1, {%2, %3}], [%4], %5;" ::"r"(shared + right_at(stage) +
                                                                    half),
        "l"(right), "r"(column), "r"(row), "r"(shared + full_barrier_at(stage)), "h"(kBothBlocks)
        : "memory");
  }
};

/// One thread of a warp group that multiplies.
struct GemmMultiplier {
  std::uint32_t shared;
  int group;
  int thread;  ///< of the warp group
  const CUtensorMap* product;
  unsigned sums[128];  ///< singles: their bits

  __device__ void wait_until_full(int stage, std::uint32_t parity) const {
    wait_on(shared + full_barrier_at(stage), parity);
  }

  __device__ void multiply(int stage, bool adds) {
    const std::uint64_t own_left = gemm_descriptor(shared + group_left_at(stage, group));
    const std::uint64_t own_right = gemm_descriptor(shared + right_at(stage));
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
    for (int i = 0; i < kGemmDeep / kGemmProductDeep; ++i) {
      asm volatile(
          "{.reg .pred adds; setp.ne.b32 adds, %130, 0;"
          "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 " FLOPPROF_SUM_TEXT
          ", %128, %129, adds, 1, 1, 0, 0;}"
          : FLOPPROF_SIXTY_FOUR(sums, 0), FLOPPROF_SIXTY_FOUR(sums, 64)
          : "l"(own_left + descriptor_step(i)), "l"(own_right + descriptor_step(i)),
            "r"(static_cast<int>(adds || i > 0)));
    }
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
  }

  __device__ void wait_until_run_but_one() const {
    asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
  }
  /// Names the sums, so that the compiler does not read them before.
  __device__ void wait_until_run() {
    asm volatile("wgmma.wait_group.sync.aligned 0;"
                 : FLOPPROF_SIXTY_FOUR(sums, 0), FLOPPROF_SIXTY_FOUR(sums, 64)::"memory");
  }

  /// For the loaders of both blocks: what one of them loads goes to both. Nothing but wgmma has
  /// read the stage, and that is known to be done: a wider scope would only empty the caches.
  __device__ void release(int stage) const {
    if (thread >= kGemmPair) return;
    asm volatile(
        "{.reg .b32 theirs; mapa.shared::cluster.u32 theirs, %0, %1;"
        "mbarrier.arrive.shared::cluster.b64 _, [theirs];}" ::"r"(shared + empty_barrier_at(stage)),
        "r"(thread)
        : "memory");
  }

  /// Of the warp group alone. Barrier 0 is the whole block's.
  __device__ void meet() const { asm volatile("bar.sync %0, 128;" ::"r"(group + 1) : "memory"); }

  __device__ void wait_until_read_but_one() const {
    if (thread == 0) asm volatile("cp.async.bulk.wait_group.read 1;" ::: "memory");
    meet();
  }

  __device__ void put(int store) {
    const std::uint32_t box = shared + box_at(group, store % kGemmStoreBoxes);
#pragma unroll
    for (int i = 0; i < kGemmStoredColumns / 16; ++i) {
      unsigned pairs[4];
#pragma unroll
      for (int square = 0; square < 4; ++square) {
        const int sum = stored_sum(store, i, square);
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;"
            : "=r"(pairs[square])
            : "f"(__uint_as_float(sums[sum + 1])), "f"(__uint_as_float(sums[sum])));
      }
      asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(
                       box + stored_byte(thread, i)),
                   "r"(pairs[0]), "r"(pairs[1]), "r"(pairs[2]), "r"(pairs[3])
                   : "memory");
    }
  }

  __device__ void store(int box, int row, int column) const {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    meet();
    if (thread != 0) return;
    asm volatile(
        "cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%1, %2}], [%3];"
        "cp.async.bulk.commit_group;" ::"l"(product),
        "r"(column), "r"(row), "r"(shared + box_at(group, box))
        : "memory");
  }

  __device__ void wait_until_stored() const {
    if (thread == 0) asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
  }
};

}  // namespace flopprof::kernels
