#include "tests/kernels/references.h"

#include <bit>

namespace flopprof::kernels {
namespace {

/// Calls `take(image, result, filter)` with the places of every product of two numbers that the
/// definition of a convolution names.
template <class Take>
void for_each_product(const Convolution& of, const Take& take) {
  const int p = (of.h + 2 * of.pad_h - of.dilation_h * (of.r - 1) - 1) / of.stride_h + 1;
  const int q = (of.w + 2 * of.pad_w - of.dilation_w * (of.s - 1) - 1) / of.stride_w + 1;
  for (int i = 0; i < of.n * p * q * of.k * of.r * of.s * of.c; ++i) {
    const int channel = i % of.c;
    const int s = i / of.c % of.s;
    const int r = i / of.c / of.s % of.r;
    const int filter = i / of.c / of.s / of.r % of.k;
    const int result = i / of.c / of.s / of.r / of.k;
    const int row = result / q % p * of.stride_h - of.pad_h + r * of.dilation_h;
    const int column = result % q * of.stride_w - of.pad_w + s * of.dilation_w;
    if (row < 0 || row >= of.h || column < 0 || column >= of.w) continue;
    take(((result / (p * q) * of.h + row) * of.w + column) * of.c + channel, result * of.k + filter,
         ((filter * of.r + r) * of.s + s) * of.c + channel);
  }
}

std::size_t size_of(int a, int b, int c, int d) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
         static_cast<std::size_t>(d);
}

}  // namespace

std::vector<std::uint16_t> bfloats(const std::vector<double>& exact) {
  std::vector<std::uint16_t> bits;
  for (const double number : exact) {
    const auto single = std::bit_cast<std::uint32_t>(static_cast<float>(number));
    bits.push_back(static_cast<std::uint16_t>(single >> 16));
  }
  return bits;
}

float single_of_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::vector<double> product(const Sgemm& gemm, const std::vector<double>& left,
                            const std::vector<double>& right) {
  std::vector<double> sums(size_of(gemm.m, gemm.n, 1, 1));
  for (int row = 0; row < gemm.m; ++row) {
    for (int column = 0; column < gemm.n; ++column) {
      double& sum = sums[static_cast<std::size_t>(row * gemm.n + column)];
      for (int i = 0; i < gemm.k; ++i) {
        sum += left[static_cast<std::size_t>(row * gemm.k + i)] *
               right[static_cast<std::size_t>(i * gemm.n + column)];
      }
    }
  }
  return sums;
}

ConvolutionNumbers some_tensors(const Convolution& of) {
  return {.images = some_numbers<double>(size_of(of.n, of.h, of.w, of.c), 1),
          .filters = some_numbers<double>(size_of(of.k, of.r, of.s, of.c), 2),
          .results = some_numbers<double>(size_of(of.n, out_h(of), out_w(of), of.k), 3)};
}

std::vector<double> convolved(const Convolution& convolution, Direction direction,
                              const ConvolutionNumbers& numbers) {
  const auto& [images, filters, results] = numbers;
  const bool forward = direction == Direction::kForward;
  const bool of_images = direction == Direction::kDataGradient;
  std::vector<double> sums(forward ? results.size() : of_images ? images.size() : filters.size());
  for_each_product(convolution, [&](int image, int result, int filter) {
    const double x = images[static_cast<std::size_t>(image)];
    const double w = filters[static_cast<std::size_t>(filter)];
    const double y = results[static_cast<std::size_t>(result)];
    const int at = forward ? result : of_images ? image : filter;
    sums[static_cast<std::size_t>(at)] += forward ? x * w : of_images ? y * w : y * x;
  });
  return sums;
}

std::vector<Convolution> tested_convolutions() {
  return {
      {.n = 1, .h = 4, .w = 4, .c = 16, .k = 8},
      {.n = 2, .h = 5, .w = 7, .c = 16, .k = 8, .r = 3, .s = 3, .pad_h = 1, .pad_w = 1},
      {.n = 1,
       .h = 9,
       .w = 8,
       .c = 3,
       .k = 5,
       .r = 3,
       .s = 2,
       .pad_h = 2,
       .stride_h = 2,
       .stride_w = 3},
      {.n = 2,
       .h = 8,
       .w = 9,
       .c = 20,
       .k = 17,
       .r = 2,
       .s = 3,
       .pad_w = 1,
       .dilation_h = 3,
       .dilation_w = 2},
  };
}

}  // namespace flopprof::kernels
