#include "profiler/convolution_timing/timing.h"

#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace flopprof::convolution_timing {
namespace {

using testing::ElementsAre;

/// A GPU that takes a microsecond for each launch so far, and ten more with a cold cache.
struct CountingClock {
  int launches = 0;
  TimeLaunch time_launch() {
    return [this](const Launch& launch, Cache cache) {
      launch(nullptr);
      const double cold = cache == Cache::kCold ? 10e-6 : 0;
      return LaunchTime{.seconds = 1e-6 * ++launches + cold,
                        .clock_hz = 2e9 - launches * 1e6,
                        .doubts = {"it throttled"}};
    };
  }
};

TEST(TimeAll, TimesEachWorkAFixedNumberOfTimesAfterWarmingUp) {
  int runs = 0;
  CountingClock clock;
  std::vector<TimedWork> works = {{.name = "a", .launch = [&](void*) { ++runs; }}};
  time_all(works, clock.time_launch(), 5);
  EXPECT_EQ(runs, 2 * (2 + 5));
  ASSERT_TRUE(works[0].warm && works[0].cold);
  EXPECT_DOUBLE_EQ(works[0].warm->least, 3e-6) << "the first two warm up";
  EXPECT_DOUBLE_EQ(works[0].warm->median, 5e-6);
  EXPECT_DOUBLE_EQ(works[0].warm->greatest, 7e-6);
  EXPECT_DOUBLE_EQ(works[0].cold->median, 12e-6 + 10e-6);
}

TEST(TimeAll, KeepsTheLowestClockAndEveryDoubtOnce) {
  CountingClock clock;
  std::vector<TimedWork> works = {{.name = "a", .launch = [](void*) {}}};
  time_all(works, clock.time_launch(), 5);
  EXPECT_DOUBLE_EQ(*works[0].warm->clock_hz, 2e9 - 7e6);
  EXPECT_THAT(works[0].warm->doubts, ElementsAre("it throttled"));
}

TEST(TimeAll, SaysWhyAWorkHasNoTimeAndGoesOn) {
  CountingClock clock;
  std::vector<TimedWork> works = {
      {.name = "broken", .launch = [](void*) { throw std::runtime_error("no workspace"); }},
      {.name = "whole", .launch = [](void*) {}}};
  time_all(works, clock.time_launch(), 3);
  EXPECT_EQ(works[0].problem, "no workspace");
  EXPECT_FALSE(works[0].warm || works[0].cold);
  EXPECT_TRUE(works[1].warm && works[1].cold);
}

TEST(TimeAll, SaysSoWhereTheEnvironmentLeavesAWorkOut) {
  CountingClock clock;
  std::vector<TimedWork> works = {{.name = "a", .launch = [](void*) {}},
                                  {.name = "b", .launch = [](void*) {}}};
  const std::string before = benchmark::GetBenchmarkFilter();
  benchmark::SetBenchmarkFilter("b/warm");
  time_all(works, clock.time_launch(), 1);
  benchmark::SetBenchmarkFilter(before);
  EXPECT_THAT(works[0].problem, testing::StartsWith("not timed"));
  EXPECT_TRUE(works[1].warm);
  EXPECT_FALSE(works[1].cold);
  EXPECT_THAT(works[1].problem, testing::StartsWith("not timed"));
}

TEST(TimeAll, ForgetsTheWorksOfTheCallBefore) {
  CountingClock clock;
  int runs = 0;
  std::vector<TimedWork> first = {{.name = "a", .launch = [&](void*) { ++runs; }}};
  time_all(first, clock.time_launch(), 1);
  std::vector<TimedWork> second = {{.name = "b", .launch = [](void*) {}}};
  time_all(second, clock.time_launch(), 1);
  EXPECT_EQ(runs, 2 * (2 + 1));
}

}  // namespace
}  // namespace flopprof::convolution_timing
