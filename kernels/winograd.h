#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/work.h"

namespace flopprof::kernels {

/// A convolution with filters of 3×3, by Winograd's F(2×2, 3×3) (Lavin and Gray, arXiv 1509.09308):
/// a square of 2×2 results takes 16 multiplications a channel instead of 36. In single precision.
/// Images n×h×w×c, filters k×3×3×c, results n×out_h×out_w×k with out = in + 2·pad - 2.
struct Winograd {
  int n = 1;
  int h = 2;
  int w = 2;
  int c = 1;
  int k = 1;
  int pad = 1;
};

int out_h(const Winograd& winograd);
int out_w(const Winograd& winograd);
/// Squares of 2×2 results; those at the edge may overhang.
std::int64_t squares_of(const Winograd& winograd);

/// What the four launches execute together. Of each square and channel 32 adds, of each filter and
/// channel 7 adds, 7 multiplications and 14 fused multiply-adds, of each square, channel and filter
/// 16 fused multiply-adds, of each square and filter 24 adds. Bytes are those of the convolution
/// alone.
Work work_of(const Winograd& winograd);

struct WinogradMemory {
  const float* images = nullptr;
  const float* filters = nullptr;
  float* results = nullptr;
  float* squares = nullptr;     ///< 16 × squares × c, to work in
  float* transforms = nullptr;  ///< 16 × c × k, to work in
  float* products = nullptr;    ///< 16 × squares × k, to work in
};

/// Four launches, one after the other. No tensor has 2^31 numbers or more. The caller asks for
/// errors of the launches.
void launch(const Winograd& winograd, const WinogradMemory& memory, cudaStream_t stream);

}  // namespace flopprof::kernels
