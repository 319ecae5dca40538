#include "profiler/convolution_timing/random_numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace flopprof::convolution_timing {
namespace {

using convolution::kNumberFormats;

TEST(RandomNumbers, OfFp32AreFromOneHalfToOneOfBothSigns) {
  const auto bytes = random_numbers(kNumberFormats[0], 1000, 1);
  ASSERT_EQ(bytes.size(), 4000u);
  int negative = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    float number = 0;
    std::memcpy(&number, bytes.data() + 4 * i, 4);
    EXPECT_GE(std::abs(number), 0.5F);
    EXPECT_LT(std::abs(number), 1.0F);
    negative += number < 0;
  }
  EXPECT_NEAR(negative, 500, 100);
}

TEST(RandomNumbers, OfHalfTypesHaveTheExponentOfOneHalf) {
  const auto word = [](const std::vector<std::uint8_t>& bytes, std::size_t at) {
    return bytes[2 * at] | bytes[2 * at + 1] << 8;
  };
  const auto fp16 = random_numbers(kNumberFormats[2], 100, 1);
  const auto bf16 = random_numbers(kNumberFormats[3], 100, 1);
  ASSERT_EQ(fp16.size(), 200u);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(word(fp16, i) & 0x7C00, 14 << 10);
    EXPECT_EQ(word(bf16, i) & 0x7F80, 126 << 7);
  }
}

TEST(RandomNumbers, AreTheSameForTheSameSeed) {
  EXPECT_EQ(random_numbers(kNumberFormats[2], 50, 3), random_numbers(kNumberFormats[2], 50, 3));
  EXPECT_NE(random_numbers(kNumberFormats[2], 50, 3), random_numbers(kNumberFormats[2], 50, 4));
}

}  // namespace
}  // namespace flopprof::convolution_timing
