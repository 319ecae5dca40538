#pragma once

#include "kernels/winograd.h"
#include "kernels/winograd_transform.h"

namespace flopprof::kernels {

/// The tensors of a Winograd convolution whose numbers are of any type.
template <class Number>
struct WinogradTensors {
  const Number* images = nullptr;
  const Number* filters = nullptr;
  Number* results = nullptr;
  Number* squares = nullptr;
  Number* transforms = nullptr;
  Number* products = nullptr;
};

/// The four steps, each for one of its units of work: on the GPU a thread's.
template <class Arithmetic>
struct WinogradSteps {
  using Number = typename Arithmetic::Number;
  using Transform = WinogradTransform<Arithmetic>;

  Winograd size;
  int out_rows = 0;
  int out_columns = 0;
  int down = 0;    ///< squares of an image, one below the other
  int across = 0;  ///< beside each other
  WinogradTensors<Number> tensors;

  FLOPPROF_BOTH WinogradSteps(const Winograd& of, const WinogradTensors<Number>& memory)
      : size(of),
        out_rows(of.h + 2 * of.pad - 2),
        out_columns(of.w + 2 * of.pad - 2),
        down((out_rows + 1) / 2),
        across((out_columns + 1) / 2),
        tensors(memory) {}

  FLOPPROF_BOTH int squares() const { return size.n * down * across; }
  FLOPPROF_BOTH int image_units() const { return squares() * size.c; }
  FLOPPROF_BOTH int filter_units() const { return size.k * size.c; }
  FLOPPROF_BOTH int product_units() const { return 16 * squares() * size.k; }
  FLOPPROF_BOTH int result_units() const { return squares() * size.k; }

  FLOPPROF_BOTH void transform_image(int unit) const {
    const int channel = unit % size.c;
    const int square = unit / size.c;
    const int first_row = square / across % down * 2 - size.pad;
    const int first_column = square % across * 2 - size.pad;
    const int image = square / (across * down);
    Number in[4][4];
    FLOPPROF_UNROLLED
    for (int i = 0; i < 16; ++i) {
      const int row = first_row + i / 4;
      const int column = first_column + i % 4;
      const bool within = row >= 0 && row < size.h && column >= 0 && column < size.w;
      const int at = ((image * size.h + row) * size.w + column) * size.c + channel;
      in[i / 4][i % 4] = within ? tensors.images[at] : Number(0.0F);
    }
    Number out[4][4];
    Transform::image(in, out);
    FLOPPROF_UNROLLED
    for (int i = 0; i < 16; ++i) {
      tensors.squares[(i * squares() + square) * size.c + channel] = out[i / 4][i % 4];
    }
  }

  FLOPPROF_BOTH void transform_filter(int unit) const {
    const int channel = unit % size.c;
    const int filter = unit / size.c;
    Number in[3][3];
    FLOPPROF_UNROLLED
    for (int i = 0; i < 9; ++i) {
      in[i / 3][i % 3] = tensors.filters[(filter * 9 + i) * size.c + channel];
    }
    Number out[4][4];
    Transform::filter(in, out);
    FLOPPROF_UNROLLED
    for (int i = 0; i < 16; ++i) {
      tensors.transforms[(i * size.c + channel) * size.k + filter] = out[i / 4][i % 4];
    }
  }

  FLOPPROF_BOTH void multiply(int unit) const {
    const int filter = unit % size.k;
    const int square = unit / size.k % squares();
    const int place = unit / size.k / squares();
    const Number* left = tensors.squares + (place * squares() + square) * size.c;
    const Number* right = tensors.transforms + place * size.c * size.k + filter;
    Number sum(0.0F);
    FLOPPROF_NOT_UNROLLED
    for (int channel = 0; channel < size.c; ++channel) {
      sum = Arithmetic::fuse(left[channel], right[channel * size.k], sum);
    }
    tensors.products[unit] = sum;
  }

  FLOPPROF_BOTH void transform_result(int unit) const {
    const int filter = unit % size.k;
    const int square = unit / size.k;
    Number in[4][4];
    FLOPPROF_UNROLLED
    for (int i = 0; i < 16; ++i) {
      in[i / 4][i % 4] = tensors.products[(i * squares() + square) * size.k + filter];
    }
    Number out[2][2];
    Transform::result(in, out);
    const int row = square / across % down * 2;
    const int column = square % across * 2;
    const int at =
        ((square / (across * down) * out_rows + row) * out_columns + column) * size.k + filter;
    FLOPPROF_UNROLLED
    for (int i = 0; i < 4; ++i) {
      const bool within = row + i / 2 < out_rows && column + i % 2 < out_columns;
      if (within) tensors.results[at + (i / 2 * out_columns + i % 2) * size.k] = out[i / 2][i % 2];
    }
  }
};

}  // namespace flopprof::kernels
