#pragma once

#include <cstdint>

#include "kernels/arithmetic.h"
#include "kernels/warp_fragment.h"

namespace flopprof::kernels {

/// What one lane of a warp holds while it computes a tile of 16×8.
template <class Matrix>
struct ConvolutionLane {
  int lane = 0;
  int tile = 0;
  std::uint32_t left[4] = {};  ///< two bfloats each
  std::uint32_t right[2] = {};
  float sums[4] = {};

  FLOPPROF_BOTH static int tile_columns(const Matrix& matrix) { return (matrix.columns() + 7) / 8; }

  FLOPPROF_BOTH void fetch(const Matrix& matrix, int step) {
    const int first_row = tile / tile_columns(matrix) * 16;
    const int first_column = tile % tile_columns(matrix) * 8;
    FLOPPROF_UNROLLED
    for (int i = 0; i < 4; ++i) left[i] = 0;
    FLOPPROF_UNROLLED
    for (int i = 0; i < 8; ++i) {
      const Place place = left_place(lane, i);
      const std::uint32_t bits = matrix.left(first_row + place.row, step, place.column);
      left[i / 2] |= bits << i % 2 * 16;
    }
    right[0] = right[1] = 0;
    FLOPPROF_UNROLLED
    for (int i = 0; i < 4; ++i) {
      const Place place = right_place(lane, i);
      const std::uint32_t bits = matrix.right(step, place.row, first_column + place.column);
      right[i / 2] |= bits << i % 2 * 16;
    }
  }

  FLOPPROF_BOTH void store(const Matrix& matrix) const {
    const int first_row = tile / tile_columns(matrix) * 16;
    const int first_column = tile % tile_columns(matrix) * 8;
    FLOPPROF_UNROLLED
    for (int i = 0; i < 4; ++i) {
      const Place place = sum_place(lane, i);
      matrix.write(first_row + place.row, first_column + place.column, sums[i]);
    }
  }
};

}  // namespace flopprof::kernels
