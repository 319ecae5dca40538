#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "profiler/convolution/roofline.h"

namespace flopprof::convolution_timing {

/// The bytes of `count` numbers in the format's type: both signs, magnitudes in [0.5, 1), all bits
/// of the mantissa at random. Zeros would run at higher clocks than a training's numbers do.
std::vector<std::uint8_t> random_numbers(const convolution::NumberFormat& format, std::size_t count,
                                         std::uint32_t seed);

}  // namespace flopprof::convolution_timing
