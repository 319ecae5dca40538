#pragma once

#include <cstdint>
#include <vector>

#include "kernels/arithmetic.h"
#include "kernels/convolution.h"
#include "kernels/sgemm.h"

namespace flopprof::kernels {

/// Operations that were done since reset(); one thread.
struct Counted {
  static inline std::int64_t adds = 0;
  static inline std::int64_t multiplications = 0;
  static inline std::int64_t fused = 0;
  static void reset() { adds = multiplications = fused = 0; }
  static std::int64_t flops() { return adds + multiplications + 2 * fused; }
};

/// Double precision, and counts.
struct CountingArithmetic {
  using Number = double;
  static double add(double left, double right) {
    ++Counted::adds;
    return left + right;
  }
  static double subtract(double left, double right) { return add(left, -right); }
  static double multiply(double left, double right) {
    ++Counted::multiplications;
    return left * right;
  }
  static double fuse(double left, double right, double summand) {
    ++Counted::fused;
    return left * right + summand;
  }
};

/// Numbers in [-1, 1) that are the same each time, with 8 bits each: bfloats hold them exactly.
template <class Number>
std::vector<Number> some_numbers(std::size_t count, std::uint32_t seed) {
  std::vector<Number> numbers(count);
  for (Number& number : numbers) {
    seed = seed * 1664525 + 1013904223;
    number = static_cast<Number>(static_cast<int>(seed >> 24) - 128) / Number(128);
  }
  return numbers;
}

std::vector<std::uint16_t> bfloats(const std::vector<double>& exact);
float single_of_bfloat(std::uint16_t bits);

// What the kernels compute, in double precision, by the definition and nothing else.

std::vector<double> product(const Sgemm& gemm, const std::vector<double>& left,
                            const std::vector<double>& right);

/// The tensors of a convolution; what the direction computes is not read.
struct ConvolutionNumbers {
  std::vector<double> images;
  std::vector<double> filters;
  std::vector<double> results;
};
/// Of the right sizes, filled with some_numbers().
ConvolutionNumbers some_tensors(const Convolution& convolution);
std::vector<double> convolved(const Convolution& convolution, Direction direction,
                              const ConvolutionNumbers& numbers);

/// Shapes with and without padding, strides, dilation, and tiles that overhang.
std::vector<Convolution> tested_convolutions();

}  // namespace flopprof::kernels
