#include "profiler/convolution_timing/random_numbers.h"

#include <cstring>
#include <random>

namespace flopprof::convolution_timing {
namespace {

/// The bits of a floating-point type: those that are random, and the exponent of 0.5.
struct Bits {
  std::uint32_t sign;
  std::uint32_t mantissa;
  std::uint32_t one_half;
};

Bits bits_of(const convolution::NumberFormat& format) {
  if (format.name == "fp16") return {0x8000, 0x03FF, 0x3800};
  if (format.name == "bf16") return {0x8000, 0x007F, 0x3F00};
  return {0x8000'0000, 0x007F'FFFF, 0x3F00'0000};
}

}  // namespace

std::vector<std::uint8_t> random_numbers(const convolution::NumberFormat& format, std::size_t count,
                                         std::uint32_t seed) {
  const Bits bits = bits_of(format);
  const auto size = static_cast<std::size_t>(format.bytes);
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(count * size);
  for (std::size_t i = 0; i < count; ++i) {
    const auto drawn = static_cast<std::uint32_t>(random());
    const std::uint32_t number = (drawn & (bits.sign | bits.mantissa)) | bits.one_half;
    std::memcpy(bytes.data() + i * size, &number, size);  // the low bytes: little-endian
  }
  return bytes;
}

}  // namespace flopprof::convolution_timing
