#include "kernels/seeds.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

namespace flopprof::kernels {
namespace {

template <class T>
std::vector<T> numbers_in(const std::vector<std::uint8_t>& bytes) {
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

TEST(SeedsOf, AreAllZeroWhereZerosAreAskedFor) {
  const auto seeds = seeds_of(Number::kSingle, Operands::kZeros, false);
  EXPECT_EQ(seeds, std::vector<std::uint8_t>(8192, 0));
}

TEST(SeedsOf, OfChainsBeginWithTheGreatestNumberBelowOne) {
  const auto singles = numbers_in<float>(seeds_of(Number::kSingle, Operands::kRandom, false));
  EXPECT_EQ(singles[0], 0x1.fffffep-1F);
  EXPECT_EQ(singles[31], 0x1.fffffep-1F);
  EXPECT_LT(std::abs(singles[32]), 0x1p-5F);
  EXPECT_GE(singles[64], 0.5F);
  EXPECT_LT(singles[64], 1.0F);
  EXPECT_NE(singles[64], singles[65]);
  const auto doubles = numbers_in<double>(seeds_of(Number::kDouble, Operands::kRandom, false));
  EXPECT_EQ(doubles.size(), 2048U);
  EXPECT_EQ(doubles[31], 0x1.fffffffffffffp-1);
  // Two halves a word: 32 words of 1 - 2^-11, which is 0x3bff.
  const auto halves = numbers_in<std::uint16_t>(seeds_of(Number::kHalf, Operands::kRandom, false));
  EXPECT_EQ(halves[63], 0x3bff);
  EXPECT_NE(halves[64], 0x3bff);
}

TEST(SeedsOf, OfMatricesAreSmallAndOfBothSigns) {
  const auto singles = numbers_in<float>(seeds_of(Number::kSingle, Operands::kRandom, true));
  int negative = 0;
  for (const float number : singles) {
    ASSERT_GE(std::abs(number), 0x1p-4F);
    ASSERT_LT(std::abs(number), 0x1p-3F);
    negative += number < 0 ? 1 : 0;
  }
  EXPECT_NEAR(negative, 1024, 100);
}

TEST(SeedsOf, ToggleEveryBitOfTheFractionAndTheSign) {
  const auto bfloats =
      numbers_in<std::uint16_t>(seeds_of(Number::kBfloat, Operands::kToggling, true));
  EXPECT_EQ(bfloats[0], 0x3dd5);  // 2^-4 · 1.1010101
  EXPECT_EQ(bfloats[1], 0xbdaa);  // -2^-4 · 1.0101010
  EXPECT_EQ(bfloats[0] ^ bfloats[1], 0x807f);
  const auto narrow = seeds_of(Number::kE4m3, Operands::kToggling, true);
  EXPECT_EQ(narrow[0], 0x1d);  // 2^-4 · 1.101
  EXPECT_EQ(narrow[1], 0x9a);  // -2^-4 · 1.010
}

}  // namespace
}  // namespace flopprof::kernels
