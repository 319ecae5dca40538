#pragma once

#include <cstdint>
#include <vector>

#include "kernels/reference_kernel.h"

namespace flopprof::kernels {

/// What the numbers are that a kernel computes with. Bits that change cost power.
enum class Operands {
  kZeros,
  kRandom,
  kToggling,  ///< each differs from its neighbours in its sign and in every bit of its fraction
};

/// 2048 numbers for a kernel, no longer than 16 KiB. All are finite, normal or zero. Random and
/// toggling ones stay so in every kernel, however many trips: the first 32, which chains multiply
/// with, are the greatest number below 1, and matrices have numbers up to 1/8.
std::vector<std::uint8_t> seeds_of(Number numbers, Operands operands, bool of_matrices);

/// Whether a kernel multiplies matrices.
bool takes_matrices(const ReferenceKernel& kernel);

}  // namespace flopprof::kernels
