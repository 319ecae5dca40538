#pragma once

#include "kernels/arithmetic.h"

namespace flopprof::kernels {

/// A place in a matrix.
struct Place {
  int row = 0;
  int column = 0;
};

// Which numbers of a product of 16×8×16 halves or bfloats one lane of a warp holds, as NVIDIA's PTX
// ISA says under "Matrix Fragments for mma.m16n8k16".

/// Of the left matrix, 16×16: the lane's number `i` of 8.
FLOPPROF_BOTH constexpr Place left_place(int lane, int i) {
  return {lane / 4 + i / 2 % 2 * 8, lane % 4 * 2 + i % 2 + i / 4 * 8};
}

/// Of the right matrix, 16×8: the lane's number `i` of 4.
FLOPPROF_BOTH constexpr Place right_place(int lane, int i) {
  return {lane % 4 * 2 + i % 2 + i / 2 * 8, lane / 4};
}

/// Of the sum, 16×8: the lane's number `i` of 4.
FLOPPROF_BOTH constexpr Place sum_place(int lane, int i) {
  return {lane / 4 + i / 2 * 8, lane % 4 * 2 + i % 2};
}

}  // namespace flopprof::kernels
