#include "kernels/seeds.h"

#include <string>

namespace flopprof::kernels {
namespace {

constexpr int kSeeds = 2048;
constexpr int kFactors = 32;   ///< words, the first: what chains multiply with, and add
constexpr int kSummands = 32;  ///< words behind them

/// A binary floating-point format of up to 64 bits.
struct Format {
  int bytes = 4;
  int exponent_bits = 8;
  int fraction_bits = 23;
};

Format format_of(Number numbers) {
  switch (numbers) {
    case Number::kDouble:
      return {8, 11, 52};
    case Number::kSingle:
      return {4, 8, 23};
    case Number::kHalf:
      return {2, 5, 10};
    case Number::kBfloat:
      return {2, 8, 7};
    case Number::kE4m3:
      return {1, 4, 3};
    case Number::kE5m2:
      return {1, 5, 2};
    case Number::kInt8:
      return {1, 0, 7};
  }
  return {};
}

std::uint64_t fraction_mask(const Format& format) {
  return (std::uint64_t{1} << format.fraction_bits) - 1;
}

/// ±1.fraction · 2^exponent
std::uint64_t encoded(const Format& format, bool negative, int exponent, std::uint64_t fraction) {
  const int bias = format.exponent_bits == 0 ? 0 : (1 << (format.exponent_bits - 1)) - 1;
  const auto biased = format.exponent_bits == 0 ? 0 : static_cast<std::uint64_t>(exponent + bias);
  return std::uint64_t{negative} << (format.exponent_bits + format.fraction_bits) |
         biased << format.fraction_bits | (fraction & fraction_mask(format));
}

class Random {
 public:
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1d;
  }

 private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15;
};

/// Of a chain: a factor, a small summand, or a value from 1/2 to 1.
std::uint64_t of_a_chain(const Format& format, int index, bool negative, std::uint64_t fraction) {
  const int word = format.bytes == 8 ? index : index * format.bytes / 4;
  if (word < kFactors) return encoded(format, false, -1, ~std::uint64_t{0});
  if (word < kFactors + kSummands) return encoded(format, negative, -6, fraction);
  return encoded(format, false, -1, fraction);
}

}  // namespace

std::vector<std::uint8_t> seeds_of(Number numbers, Operands operands, bool of_matrices) {
  const Format format = format_of(numbers);
  std::vector<std::uint8_t> seeds;
  Random random;
  for (int index = 0; index < kSeeds; ++index) {
    std::uint64_t bits = 0;
    if (operands != Operands::kZeros) {
      const bool odd = index % 2 != 0;
      const std::uint64_t drawn = random.next() >> 8;
      const bool toggles = operands == Operands::kToggling;
      const std::uint64_t stripes = odd ? 0xaaaaaaaaaaaaaaaa : 0x5555555555555555;
      const std::uint64_t fraction = toggles ? stripes : drawn >> 1;
      const bool negative = toggles ? odd : (drawn & 1) != 0;
      bits = of_matrices ? encoded(format, negative, -4, fraction)
                         : of_a_chain(format, index, negative, fraction);
    }
    for (int byte = 0; byte < format.bytes; ++byte) {
      seeds.push_back(static_cast<std::uint8_t>(bits >> 8 * byte));
    }
  }
  // Kernels read 2048 words of the size of their registers, which hold several narrow numbers.
  const std::size_t wanted = format.bytes == 8 ? kSeeds * 8 : kSeeds * 4;
  const std::size_t made = seeds.size();
  seeds.resize(wanted);
  for (std::size_t i = made; i < wanted; ++i) seeds[i] = seeds[i - made];
  return seeds;
}

bool takes_matrices(const ReferenceKernel& kernel) {
  return std::string(kernel.name).find("mma") != std::string::npos;
}

}  // namespace flopprof::kernels
