#pragma once

#include "kernels/arithmetic.h"

namespace flopprof::kernels {

// The transforms of F(2×2, 3×3), each along one line, applied to all columns and then to all rows.

template <class Arithmetic>
struct WinogradTransform {
  using Number = typename Arithmetic::Number;

  /// 4 numbers of an image: 4 adds.
  static FLOPPROF_BOTH void image_line(const Number* in, Number* out) {
    out[0] = Arithmetic::subtract(in[0], in[2]);
    out[1] = Arithmetic::add(in[1], in[2]);
    out[2] = Arithmetic::subtract(in[2], in[1]);
    out[3] = Arithmetic::subtract(in[1], in[3]);
  }

  /// 3 numbers of a filter into 4: an add, a multiplication and 2 fused multiply-adds.
  static FLOPPROF_BOTH void filter_line(const Number* in, Number* out) {
    const Number half = Arithmetic::multiply(Number(0.5F), Arithmetic::add(in[0], in[2]));
    out[0] = in[0];
    out[1] = Arithmetic::fuse(Number(0.5F), in[1], half);
    out[2] = Arithmetic::fuse(Number(-0.5F), in[1], half);
    out[3] = in[2];
  }

  /// 4 sums of products into 2 results: 4 adds.
  static FLOPPROF_BOTH void result_line(const Number* in, Number* out) {
    out[0] = Arithmetic::add(Arithmetic::add(in[0], in[1]), in[2]);
    out[1] = Arithmetic::subtract(Arithmetic::subtract(in[1], in[2]), in[3]);
  }

  /// 4×4 into 4×4: 32 adds.
  static FLOPPROF_BOTH void image(const Number (&in)[4][4], Number (&out)[4][4]) {
    both<4, 4>(in, out, image_line);
  }
  /// 3×3 into 4×4: 7 adds, 7 multiplications, 14 fused multiply-adds.
  static FLOPPROF_BOTH void filter(const Number (&in)[3][3], Number (&out)[4][4]) {
    both<3, 4>(in, out, filter_line);
  }
  /// 4×4 into 2×2: 24 adds.
  static FLOPPROF_BOTH void result(const Number (&in)[4][4], Number (&out)[2][2]) {
    both<4, 2>(in, out, result_line);
  }

 private:
  template <int kIn, int kOut, class Line>
  static FLOPPROF_BOTH void both(const Number (&in)[kIn][kIn], Number (&out)[kOut][kOut],
                                 Line line) {
    Number columns[kIn][kOut];  // by column
    FLOPPROF_UNROLLED
    for (int column = 0; column < kIn; ++column) {
      Number own[kIn];
      FLOPPROF_UNROLLED
      for (int row = 0; row < kIn; ++row) own[row] = in[row][column];
      line(own, columns[column]);
    }
    FLOPPROF_UNROLLED
    for (int row = 0; row < kOut; ++row) {
      Number own[kIn];
      FLOPPROF_UNROLLED
      for (int column = 0; column < kIn; ++column) own[column] = columns[column][row];
      line(own, out[row]);
    }
  }
};

}  // namespace flopprof::kernels
