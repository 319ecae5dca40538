#include "profiler/counters/activity_sums.h"

#include <gtest/gtest.h>

#include <limits>

namespace flopprof::counters {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(ActivitySums, AreTimeAndCyclesOfTheSharesOfEachInterval) {
  GpuActivity sums;
  ASSERT_TRUE(add({.sm = 0.75,
                   .tensor = 0.5,
                   .tensor_integer = 0.125,
                   .tensor_fp64 = 0.25,
                   .fp64 = 0.01,
                   .fp32 = 0.2,
                   .fp16 = 0.0,
                   .clock_hz = 1.6e9},
                  2 * kSecond, 12 * kSecond, sums));
  ASSERT_TRUE(add({.sm = 0.25,
                   .tensor = 0.1,
                   .tensor_integer = 0.0,
                   .tensor_fp64 = 0.0,
                   .fp64 = 0.0,
                   .fp32 = 0.0,
                   .fp16 = 0.5,
                   .clock_hz = 1.0e9},
                  kSecond, 13 * kSecond, sums));
  EXPECT_EQ(sums.began_at_ns, 10 * kSecond);
  EXPECT_EQ(sums.ended_at_ns, 13 * kSecond);
  EXPECT_EQ(sums.watched_ns, 3 * kSecond);
  EXPECT_EQ(sums.sm_ns, 1'750'000'000);
  EXPECT_EQ(sums.tensor_ns, 1'100'000'000);
  EXPECT_EQ(sums.tensor_integer_ns, 250'000'000);
  EXPECT_EQ(sums.tensor_fp64_ns, 500'000'000);
  EXPECT_EQ(sums.fp64_ns, 20'000'000);
  EXPECT_EQ(sums.fp32_ns, 400'000'000);
  EXPECT_EQ(sums.fp16_ns, 500'000'000);
  // (0.5 - 0.125 - 0.25) x 3.2e9, and 0.1 x 1e9; 0.25 x 3.2e9.
  EXPECT_EQ(sums.tensor_cycles, 400'000'000 + 100'000'000);
  EXPECT_EQ(sums.tensor_fp64_cycles, 800'000'000);
}

TEST(ActivitySums, OfAUnitThatIsNotAlwaysToldAreNone) {
  GpuActivity sums;
  add({.sm = 0.5, .tensor = 0.5, .clock_hz = 1e9}, kSecond, kSecond, sums);
  EXPECT_EQ(sums.sm_ns, 500'000'000);
  EXPECT_FALSE(sums.fp32_ns);
  EXPECT_EQ(sums.tensor_cycles, 500'000'000);  // nothing is known of integers and fp64
  add({.tensor = 0.5}, kSecond, 2 * kSecond, sums);
  add({.sm = 0.5, .tensor = 0.5, .clock_hz = 1e9}, kSecond, 3 * kSecond, sums);
  EXPECT_FALSE(sums.sm_ns);
  EXPECT_FALSE(sums.tensor_cycles);
  EXPECT_EQ(sums.tensor_ns, 1'500'000'000);
}

TEST(ActivitySums, TakeNoIntervalWithoutTheActivityOfTensorCores) {
  GpuActivity sums;
  EXPECT_FALSE(add({.sm = 0.5}, kSecond, kSecond, sums));
  EXPECT_FALSE(add({.tensor = std::numeric_limits<double>::quiet_NaN()}, kSecond, kSecond, sums));
  EXPECT_FALSE(add({.tensor = -0.1}, kSecond, kSecond, sums));
  EXPECT_FALSE(add({.tensor = 43.0}, kSecond, kSecond, sums));
  EXPECT_FALSE(add({.tensor = 0.5}, 0, kSecond, sums));
  EXPECT_EQ(sums.watched_ns, 0);
}

TEST(ActivitySums, TakeWhatIsRoundedAboveAllForAll) {
  GpuActivity sums;
  ASSERT_TRUE(add({.tensor = 1.004}, kSecond, kSecond, sums));
  EXPECT_EQ(sums.tensor_ns, kSecond);
}

}  // namespace
}  // namespace flopprof::counters
