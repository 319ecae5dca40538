#include "profiler/counters/repeats.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flopprof::counters {
namespace {

Repeats repeats_of(std::initializer_list<std::int64_t> values) {
  Repeats repeats;
  for (const std::int64_t value : values) repeats.add(value);
  return repeats;
}

TEST(Repeats, KeepTheLastDigitWhereAllAgree) {
  const std::int64_t odd = (std::int64_t{1} << 62) + 1;
  const Repeats repeats = repeats_of({odd, odd, odd});
  EXPECT_EQ(digits_of(repeats.mean()), "4611686018427387905");
  EXPECT_EQ(repeats.spread(), 0);
  EXPECT_EQ(repeats.variance_of_mean(), 0);
}

TEST(Repeats, TellHowFarTheyDisagree) {
  const Repeats repeats = repeats_of({98, 100, 102, 104});
  EXPECT_EQ(repeats.count(), 4);
  EXPECT_EQ(digits_of(repeats.mean()), "101");
  EXPECT_EQ(repeats.spread(), 6);
  // Squares of the deviations -3, -1, 1, 3: 20; 20 / 3 / 4.
  EXPECT_NEAR(repeats.variance_of_mean(), 1.6666667, 1e-6);
}

TEST(Repeats, AreNoneAtFirst) {
  EXPECT_EQ(Repeats().count(), 0);
  EXPECT_EQ(digits_of(Repeats().mean()), "0");
}

TEST(Margin95, NarrowsWithTheRepeats) {
  EXPECT_NEAR(margin95(4, 2), 25.412, 1e-9);
  EXPECT_NEAR(margin95(4, 4), 6.364, 1e-9);
  EXPECT_NEAR(margin95(4, 20), 4.456, 1e-9) << "as with 10 degrees of freedom";
  EXPECT_NEAR(margin95(4, 1000), 4.084, 1e-9) << "as with 30";
  EXPECT_EQ(margin95(0, 1), 0);
  EXPECT_TRUE(std::isinf(margin95(4, 1)));
}

}  // namespace
}  // namespace flopprof::counters
