#include "profiler/steps/counter_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

using ::testing::ElementsAre;

const std::vector<bool> kHopper = {false, false, false, false, true};  // A B C D S

/// How often each set comes in `steps` sampled steps, if those of `nothing` add nothing.
std::vector<int> counts(CounterPlan& plan, int steps, const std::vector<bool>& nothing) {
  std::vector<int> counts(nothing.size());
  for (int step = 0; step < steps; ++step) {
    const auto set = plan.next();
    if (!set) break;
    ++counts[*set];
    plan.counted(*set);
    plan.adds_nothing(*set, nothing[*set]);
  }
  return counts;
}

TEST(CounterPlan, CountsWithEverySetOnceBeforeAll) {
  CounterPlan plan(kHopper);
  EXPECT_THAT(counts(plan, 5, {false, false, false, false, false}), ElementsAre(1, 1, 1, 1, 1));
}

TEST(CounterPlan, LeadsWithTheFirstSetAndComesToTheOthersAtTheirIntervals) {
  CounterPlan plan(kHopper);
  // B, C and D once in 16, S once in 64.
  EXPECT_THAT(counts(plan, 5 + 640, {false, false, false, false, false}),
              ElementsAre(5 + 640 - 4 - 120 - 10 - 0, 41, 41, 41, 11));
}

TEST(CounterPlan, ComesRarelyToSetsThatAddNothingButComes) {
  CounterPlan plan(kHopper);
  EXPECT_THAT(counts(plan, 5 + 1280, {false, true, true, true, true}),
              ElementsAre(1 + 1240, 11, 11, 11, 11));
}

TEST(CounterPlan, ReturnsToASetThatTurnsOutToCount) {
  CounterPlan plan(kHopper);
  counts(plan, 5 + 128, {false, true, false, false, false});
  EXPECT_GE(counts(plan, 320, {false, false, false, false, false})[1], 12);
}

TEST(CounterPlan, LeadsWithASetThatCountsWhereTheFirstDoesNot) {
  CounterPlan plan(kHopper);
  const auto often = counts(plan, 1000, {true, true, false, true, false});
  EXPECT_GT(often[2], 900);
  EXPECT_GE(often[0], 7);
}

TEST(CounterPlan, DoesWithoutSetsThatTheDeviceRefuses) {
  CounterPlan plan({false, true});
  EXPECT_EQ(plan.next(), 0u);
  plan.give_up(0);
  EXPECT_EQ(plan.next(), 1u);
  EXPECT_EQ(plan.next(), 1u);
  plan.give_up(1);
  EXPECT_EQ(plan.next(), std::nullopt);
}

}  // namespace
}  // namespace flopprof::steps
