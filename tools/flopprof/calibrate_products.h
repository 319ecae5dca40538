#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "kernels/gemm.h"
#include "kernels/sgemm.h"

namespace flopprof::tools {

// The products that ours and a library's function make: the deeper, the longer, and square at most.

/// The side of the matrices: `wanted`, halved until the three of `element_bytes` a number take at
/// most half of `free_bytes`, for others may be at the GPU too. At least 1,024.
constexpr int side_that_fits(int wanted, std::size_t element_bytes, std::size_t free_bytes) {
  constexpr int kLeast = 1024;
  const auto fits = [=](std::size_t side) {
    return 3 * side * side * element_bytes <= free_bytes / 2;
  };
  while (wanted > kLeast && !fits(static_cast<std::size_t>(wanted))) wanted /= 2;
  return wanted;
}

/// Of single-precision numbers.
struct SgemmSizes {
  static constexpr int kWanted = 4096;
  static constexpr int kDepth = 8;
  int side = kWanted;
  explicit SgemmSizes(std::size_t free_bytes) : side(side_that_fits(kWanted, 4, free_bytes)) {}
  int timed() const { return side / kDepth; }
  int counted() const { return std::min(16, timed() / 2); }
  kernels::Sgemm of(int size) const { return {.m = side, .n = side, .k = kDepth * size}; }
};

/// Of bfloats.
struct GemmSizes {
  static constexpr int kWanted = 8192;
  static constexpr int kDepth = 64;
  int side = kWanted;
  explicit GemmSizes(std::size_t free_bytes) : side(side_that_fits(kWanted, 2, free_bytes)) {}
  int timed() const { return side / kDepth; }
  int counted() const { return std::min(16, timed() / 2); }
  kernels::Gemm of(int size) const { return {.m = side, .n = side, .k = kDepth * size}; }
};

/// Empty where the product is as large as wanted.
std::string smaller_than_wanted(int side, int wanted);

}  // namespace flopprof::tools
