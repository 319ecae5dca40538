#pragma once

#include "kernels/arithmetic.h"
#include "kernels/sgemm.h"

namespace flopprof::kernels {

constexpr int kTile = 128;    ///< rows and columns of a block's product
constexpr int kTileDeep = 8;  ///< of each step
constexpr int kTileThreads = 256;
constexpr int kLeftRow = kTile + 4;  ///< of the left tile, which lies by columns; 4 keep the banks
                                     ///< of shared memory apart

/// Four numbers that memory moves at once.
template <class Number>
struct alignas(4 * sizeof(Number)) Four {
  Number at[4];
};

/// The two tiles of one step.
template <class Number>
struct SgemmTiles {
  alignas(4 * sizeof(Number)) Number left[kTileDeep * kLeftRow];
  alignas(4 * sizeof(Number)) Number right[kTileDeep * kTile];
};

/// One thread's part of a block's product: 8×8 sums, in four squares. What a block does: all its
/// threads fetch and put step 0; then of each step they fetch the next one, multiply, put the next
/// one into other tiles, and wait for each other.
template <class Arithmetic>
struct SgemmThread {
  using Number = typename Arithmetic::Number;

  int thread = 0;
  int row = 0;  ///< of the block's product
  int column = 0;
  Number sums[8][8] = {};
  Four<Number> next_left = {};
  Four<Number> next_right = {};

  FLOPPROF_BOTH void fetch(const Sgemm& gemm, const Number* left, const Number* right, int step) {
    const int left_at = (row + thread / 2) * gemm.k + step * kTileDeep + thread % 2 * 4;
    const int right_at = (step * kTileDeep + thread / 32) * gemm.n + column + thread % 32 * 4;
    next_left = *reinterpret_cast<const Four<Number>*>(left + left_at);
    next_right = *reinterpret_cast<const Four<Number>*>(right + right_at);
  }

  FLOPPROF_BOTH void put(SgemmTiles<Number>& tiles) const {
    for (int i = 0; i < 4; ++i) {
      tiles.left[(thread % 2 * 4 + i) * kLeftRow + thread / 2] = next_left.at[i];
    }
    *reinterpret_cast<Four<Number>*>(tiles.right + thread / 32 * kTile + thread % 32 * 4) =
        next_right;
  }

  FLOPPROF_BOTH void multiply(const SgemmTiles<Number>& tiles) {
    FLOPPROF_UNROLLED
    for (int depth = 0; depth < kTileDeep; ++depth) {
      const Number* left = tiles.left + depth * kLeftRow + thread / 16 * 4;
      const Number* right = tiles.right + depth * kTile + thread % 16 * 4;
      const Four<Number> lefts[2] = {*reinterpret_cast<const Four<Number>*>(left),
                                     *reinterpret_cast<const Four<Number>*>(left + kTile / 2)};
      const Four<Number> rights[2] = {*reinterpret_cast<const Four<Number>*>(right),
                                      *reinterpret_cast<const Four<Number>*>(right + kTile / 2)};
      FLOPPROF_UNROLLED
      for (int i = 0; i < 64; ++i) {
        Number& sum = sums[i / 8][i % 8];
        sum = Arithmetic::fuse(lefts[i / 32].at[i / 8 % 4], rights[i % 8 / 4].at[i % 4], sum);
      }
    }
  }

  FLOPPROF_BOTH void store(const Sgemm& gemm, Number* product) const {
    FLOPPROF_UNROLLED
    for (int i = 0; i < 16; ++i) {
      const int own_row = row + i / 8 * (kTile / 2) + thread / 16 * 4 + i / 2 % 4;
      const int own_column = column + i % 2 * (kTile / 2) + thread % 16 * 4;
      Four<Number> four;
      for (int j = 0; j < 4; ++j) four.at[j] = sums[i / 2][i % 2 * 4 + j];
      *reinterpret_cast<Four<Number>*>(product + own_row * gemm.n + own_column) = four;
    }
  }
};

}  // namespace flopprof::kernels
