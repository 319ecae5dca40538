#include "profiler/steps/clock_watch.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(ClockWatch, NoticesAClockThatIsSetInEitherDirection) {
  ClockWatch watch;
  EXPECT_FALSE(watch.jump(100 * kSecond, 5 * kSecond));
  EXPECT_FALSE(watch.jump(101 * kSecond, 6 * kSecond));
  EXPECT_EQ(watch.jump(105 * kSecond, 7 * kSecond), 3 * kSecond);
  EXPECT_FALSE(watch.jump(106 * kSecond, 8 * kSecond));
  EXPECT_EQ(watch.jump(106 * kSecond, 9 * kSecond), -kSecond);
}

TEST(ClockWatch, LetsATimeServerCorrectItLittleByLittle) {
  ClockWatch watch;
  for (std::int64_t second = 0; second < 1000; ++second)  // 500 parts in a million, the most it may
    EXPECT_FALSE(watch.jump(second * (kSecond + 500'000), second * kSecond));
}

}  // namespace
}  // namespace flopprof::steps
