#pragma once

#include "kernels/arithmetic.h"
#include "kernels/convolution.h"

namespace flopprof::kernels {

// The three matrix products that a convolution is. Of each: how many rows and columns, how deep,
// and what number stands where. Numbers are the bits of bfloats; beyond an image, and where a tile
// overhangs, they are zero.

constexpr int kDeep = 16;  ///< of one step of a warp

/// The same of all three, once for the host and once for the device.
struct ConvolutionSizes {
  Convolution convolution;
  int p = 1;  ///< rows of a result
  int q = 1;

  FLOPPROF_BOTH explicit ConvolutionSizes(const Convolution& of)
      : convolution(of),
        p((of.h + 2 * of.pad_h - of.dilation_h * (of.r - 1) - 1) / of.stride_h + 1),
        q((of.w + 2 * of.pad_w - of.dilation_w * (of.s - 1) - 1) / of.stride_w + 1) {}

  /// Where the number of an image stands that a result takes; -1: beyond the image.
  FLOPPROF_BOTH int image_at(int result, int filter_row, int filter_column, int channel) const {
    const int row = result / q % p * convolution.stride_h - convolution.pad_h +
                    filter_row * convolution.dilation_h;
    const int column = result % q * convolution.stride_w - convolution.pad_w +
                       filter_column * convolution.dilation_w;
    if (row < 0 || row >= convolution.h || column < 0 || column >= convolution.w) return -1;
    return ((result / (p * q) * convolution.h + row) * convolution.w + column) * convolution.c +
           channel;
  }
};

FLOPPROF_BOTH constexpr int steps_of(int numbers) { return (numbers + kDeep - 1) / kDeep; }

/// Results by filters. A step takes 16 channels of one place of the filter.
struct ForwardMatrix : ConvolutionSizes {
  const std::uint16_t* images;
  const std::uint16_t* filters;
  float* written;

  FLOPPROF_BOTH ForwardMatrix(const Convolution& of, const ConvolutionMemory& memory)
      : ConvolutionSizes(of),
        images(memory.images),
        filters(memory.filters),
        written(memory.written) {}

  FLOPPROF_BOTH int rows() const { return convolution.n * p * q; }
  FLOPPROF_BOTH int columns() const { return convolution.k; }
  FLOPPROF_BOTH int steps() const {
    return convolution.r * convolution.s * steps_of(convolution.c);
  }

  FLOPPROF_BOTH std::uint16_t left(int row, int step, int deep) const {
    const int place = step / steps_of(convolution.c);
    const int channel = step % steps_of(convolution.c) * kDeep + deep;
    if (row >= rows() || channel >= convolution.c) return 0;
    const int at = image_at(row, place / convolution.s, place % convolution.s, channel);
    return at < 0 ? 0 : images[at];
  }
  FLOPPROF_BOTH std::uint16_t right(int step, int deep, int column) const {
    const int place = step / steps_of(convolution.c);
    const int channel = step % steps_of(convolution.c) * kDeep + deep;
    if (column >= convolution.k || channel >= convolution.c) return 0;
    return filters[(column * convolution.r * convolution.s + place) * convolution.c + channel];
  }
  FLOPPROF_BOTH void write(int row, int column, float number) const {
    if (row < rows() && column < columns()) written[row * convolution.k + column] = number;
  }
};

/// Image places by channels. A step takes 16 filters of one place of the filter.
struct DataGradientMatrix : ConvolutionSizes {
  const std::uint16_t* filters;
  const std::uint16_t* results;
  float* written;

  FLOPPROF_BOTH DataGradientMatrix(const Convolution& of, const ConvolutionMemory& memory)
      : ConvolutionSizes(of),
        filters(memory.filters),
        results(memory.results),
        written(memory.written) {}

  FLOPPROF_BOTH int rows() const { return convolution.n * convolution.h * convolution.w; }
  FLOPPROF_BOTH int columns() const { return convolution.c; }
  FLOPPROF_BOTH int steps() const {
    return convolution.r * convolution.s * steps_of(convolution.k);
  }

  FLOPPROF_BOTH std::uint16_t left(int row, int step, int deep) const {
    const int place = step / steps_of(convolution.k);
    const int filter = step % steps_of(convolution.k) * kDeep + deep;
    if (row >= rows() || filter >= convolution.k) return 0;
    const int down = row / convolution.w % convolution.h + convolution.pad_h -
                     place / convolution.s * convolution.dilation_h;
    const int right =
        row % convolution.w + convolution.pad_w - place % convolution.s * convolution.dilation_w;
    if (down < 0 || right < 0 || down % convolution.stride_h != 0 ||
        right % convolution.stride_w != 0) {
      return 0;
    }
    const int result_row = down / convolution.stride_h;
    const int result_column = right / convolution.stride_w;
    if (result_row >= p || result_column >= q) return 0;
    const int image = row / (convolution.h * convolution.w);
    return results[((image * p + result_row) * q + result_column) * convolution.k + filter];
  }
  FLOPPROF_BOTH std::uint16_t right(int step, int deep, int column) const {
    const int place = step / steps_of(convolution.k);
    const int filter = step % steps_of(convolution.k) * kDeep + deep;
    if (column >= convolution.c || filter >= convolution.k) return 0;
    return filters[(filter * convolution.r * convolution.s + place) * convolution.c + column];
  }
  FLOPPROF_BOTH void write(int row, int column, float number) const {
    if (row < rows() && column < columns()) written[row * convolution.c + column] = number;
  }
};

/// Filters by their numbers (r·s·c of them). A step takes 16 results.
struct WeightGradientMatrix : ConvolutionSizes {
  const std::uint16_t* images;
  const std::uint16_t* results;
  float* written;

  FLOPPROF_BOTH WeightGradientMatrix(const Convolution& of, const ConvolutionMemory& memory)
      : ConvolutionSizes(of),
        images(memory.images),
        results(memory.results),
        written(memory.written) {}

  FLOPPROF_BOTH int rows() const { return convolution.k; }
  FLOPPROF_BOTH int columns() const { return convolution.r * convolution.s * convolution.c; }
  FLOPPROF_BOTH int steps() const { return steps_of(convolution.n * p * q); }

  FLOPPROF_BOTH std::uint16_t left(int row, int step, int deep) const {
    const int result = step * kDeep + deep;
    if (row >= convolution.k || result >= convolution.n * p * q) return 0;
    return results[result * convolution.k + row];
  }
  FLOPPROF_BOTH std::uint16_t right(int step, int deep, int column) const {
    const int result = step * kDeep + deep;
    if (column >= columns() || result >= convolution.n * p * q) return 0;
    const int place = column / convolution.c;
    const int at =
        image_at(result, place / convolution.s, place % convolution.s, column % convolution.c);
    return at < 0 ? 0 : images[at];
  }
  FLOPPROF_BOTH void write(int row, int column, float number) const {
    if (row < rows() && column < columns()) written[row * columns() + column] = number;
  }
};

/// Tiles of 16×8, one a warp.
template <class Matrix>
FLOPPROF_BOTH int tiles_of(const Matrix& matrix) {
  return (matrix.rows() + 15) / 16 * ((matrix.columns() + 7) / 8);
}

}  // namespace flopprof::kernels
