#pragma once

#include <cstdint>

#include "kernels/arithmetic.h"
#include "kernels/gemm.h"

namespace flopprof::kernels {

constexpr int kGemmRows = 128;     ///< of a block's tile of the product
constexpr int kGemmColumns = 256;  ///< of it
constexpr int kGemmDeep = 64;      ///< of a step: 128 bytes, which are swizzled together
constexpr int kGemmStages = 4;     ///< steps that are loaded ahead
constexpr int kGemmPair = 2;       ///< blocks of a cluster: one above the other, the same columns
constexpr int kGemmGroups = 2;     ///< warp groups of a block that multiply
constexpr int kGemmGroupRows = kGemmRows / kGemmGroups;
constexpr int kGemmProductDeep = 16;    ///< of one wgmma
constexpr int kGemmStoredColumns = 64;  ///< of a box that is stored at once: 128 bytes
constexpr int kGemmStores = kGemmColumns / kGemmStoredColumns;
constexpr int kGemmStoreBoxes = 2;  ///< of a warp group, in turn

// Where what lies in a block's shared memory, in bytes. Swizzled boxes begin at whole multiples of
// 1024.
constexpr std::uint32_t kGemmRowBytes = 2 * kGemmDeep;
constexpr std::uint32_t kGemmLeftBytes = kGemmRows * kGemmRowBytes;      ///< of a stage
constexpr std::uint32_t kGemmRightBytes = kGemmColumns * kGemmRowBytes;  ///< of a stage
constexpr std::uint32_t kGemmHalfBytes = kGemmRightBytes / kGemmPair;    ///< that a block loads
constexpr std::uint32_t kGemmStageBytes = kGemmLeftBytes + kGemmRightBytes;
constexpr std::uint32_t kGemmBoxBytes = kGemmGroupRows * 2 * kGemmStoredColumns;
constexpr std::uint32_t kGemmRightAt = kGemmStages * kGemmLeftBytes;
constexpr std::uint32_t kGemmBoxesAt = kGemmStages * kGemmStageBytes;
constexpr std::uint32_t kGemmBarriersAt =
    kGemmBoxesAt + kGemmGroups * kGemmStoreBoxes * kGemmBoxBytes;
constexpr std::uint32_t kGemmSharedBytes = kGemmBarriersAt + 2 * kGemmStages * 8;

FLOPPROF_BOTH constexpr std::uint32_t left_at(int stage) {
  return static_cast<std::uint32_t>(stage) * kGemmLeftBytes;
}
FLOPPROF_BOTH constexpr std::uint32_t group_left_at(int stage, int group) {
  return left_at(stage) + static_cast<std::uint32_t>(group * kGemmGroupRows) * kGemmRowBytes;
}
FLOPPROF_BOTH constexpr std::uint32_t right_at(int stage) {
  return kGemmRightAt + static_cast<std::uint32_t>(stage) * kGemmRightBytes;
}
FLOPPROF_BOTH constexpr std::uint32_t box_at(int group, int box) {
  return kGemmBoxesAt + static_cast<std::uint32_t>(group * kGemmStoreBoxes + box) * kGemmBoxBytes;
}
FLOPPROF_BOTH constexpr std::uint32_t full_barrier_at(int stage) {
  return kGemmBarriersAt + 8 * static_cast<std::uint32_t>(stage);
}
FLOPPROF_BOTH constexpr std::uint32_t empty_barrier_at(int stage) {
  return full_barrier_at(kGemmStages + stage);
}

/// Tells wgmma of a matrix of shared memory: rows of 128 bytes, swizzled, in groups of eight.
FLOPPROF_BOTH constexpr std::uint64_t gemm_descriptor(std::uint32_t address) {
  constexpr std::uint64_t kGroupBytes = 8 * kGemmRowBytes;
  return (address >> 4 & 0x3fff) | std::uint64_t{1} << 16 | kGroupBytes >> 4 << 32 |
         std::uint64_t{1} << 62;
}

/// To be added to it: of the products of a step, each is 32 bytes further into the rows.
FLOPPROF_BOTH constexpr std::uint64_t descriptor_step(int product) {
  return static_cast<std::uint64_t>(product) * 2 * kGemmProductDeep >> 4;
}

/// Of eight rows of 128 bytes the 16 bytes that belong together go round, so that a column of them
/// stands in all banks of shared memory.
FLOPPROF_BOTH constexpr std::uint32_t swizzled(std::uint32_t byte) {
  return byte ^ (byte >> 7 & 7) << 4;
}

/// Where in its box a thread of a warp group names one row of a square of 8×8 to stmatrix, which
/// takes four squares at once: the upper and the lower half of 16 rows, of 16 columns.
FLOPPROF_BOTH constexpr std::uint32_t stored_byte(int thread, int columns_16) {
  const int square = thread % 32 / 8;
  const int row = thread / 32 * 16 + square % 2 * 8 + thread % 8;
  const int chunk = columns_16 * 2 + square / 2;
  return swizzled(static_cast<std::uint32_t>(row) * 2 * kGemmStoredColumns +
                  static_cast<std::uint32_t>(chunk) * 16);
}

/// The first of the two sums that a thread gives to one of these squares: their number in the
/// thread's 128 sums.
FLOPPROF_BOTH constexpr int stored_sum(int store, int columns_16, int square) {
  const int columns_8 = store * kGemmStoredColumns / 8 + columns_16 * 2 + square / 2;
  return columns_8 * 4 + square % 2 * 2;
}

/// The product in units of what a cluster makes at a time: two tiles, one above the other.
struct GemmGrid {
  int pair_rows = 1;
  int columns = 1;
  int steps = 1;
  FLOPPROF_BOTH constexpr int pairs() const { return pair_rows * columns; }
};

constexpr GemmGrid grid_of(const Gemm& gemm) {
  return {(gemm.m + kGemmPair * kGemmRows - 1) / (kGemmPair * kGemmRows),
          (gemm.n + kGemmColumns - 1) / kGemmColumns, (gemm.k + kGemmDeep - 1) / kGemmDeep};
}

/// The upper left corner of a tile.
struct GemmPlace {
  int row = 0;
  int column = 0;
};

/// Of the upper tile of a pair. Pairs that are made at the same time lie in a square, so that the
/// L2 cache serves most of what they load: eight rows of pairs at a time, column by column.
FLOPPROF_BOTH constexpr GemmPlace place_of(const GemmGrid& grid, int pair) {
  constexpr int kBand = 8;
  const int band = pair / (kBand * grid.columns);
  const int rows_left = grid.pair_rows - band * kBand;
  const int rows = rows_left < kBand ? rows_left : kBand;
  const int within = pair - band * kBand * grid.columns;
  return {(band * kBand + within % rows) * kGemmPair * kGemmRows, within / rows * kGemmColumns};
}

/// A stage, and the parity of the turn that its barriers are in.
struct GemmRing {
  int stage = 0;
  std::uint32_t parity = 0;
  FLOPPROF_BOTH constexpr void advance() {
    if (++stage < kGemmStages) return;
    stage = 0;
    parity ^= 1;
  }
};

}  // namespace flopprof::kernels
