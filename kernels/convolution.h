#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/work.h"

namespace flopprof::kernels {

/// Images of n×h×w×c, filters of k×r×s×c: a convolution without groups. What lies beyond an image
/// is zero.
struct Convolution {
  int n = 1;
  int h = 1;
  int w = 1;
  int c = 16;
  int k = 8;
  int r = 1;
  int s = 1;
  int pad_h = 0;
  int pad_w = 0;
  int stride_h = 1;
  int stride_w = 1;
  int dilation_h = 1;
  int dilation_w = 1;
};

/// Rows and columns of a result.
int out_h(const Convolution& convolution);
int out_w(const Convolution& convolution);

enum class Direction { kForward, kDataGradient, kWeightGradient };

/// As an implicit matrix product of bfloats, of which each warp computes 16×8 numbers, 16 deep a
/// step. Executed are whole tiles: also what overhangs, and what multiplies zeros beyond an image.
Work work_of(const Convolution& convolution, Direction direction);

/// In device memory, n×h×w×c in all: `images`, `filters` k×r×s×c, `results` n×out_h×out_w×k. What
/// the direction computes is written, in single precision; the other two are read, in bfloats.
struct ConvolutionMemory {
  const std::uint16_t* images = nullptr;
  const std::uint16_t* filters = nullptr;
  const std::uint16_t* results = nullptr;
  float* written = nullptr;
};

/// No tensor has 2^31 numbers or more. The caller asks for errors of the launch.
void launch(const Convolution& convolution, Direction direction, const ConvolutionMemory& memory,
            cudaStream_t stream);

}  // namespace flopprof::kernels
