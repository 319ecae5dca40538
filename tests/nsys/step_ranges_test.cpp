#include "profiler/nsys/step_ranges.h"

#include <gtest/gtest.h>

namespace flopprof::nsys {
namespace {

using store::NsysRange;

TEST(StepRanges, AStepHoldsTheLaunchesFromItsBeginningUpToItsEnd) {
  const std::vector<NsysRange> ranges = {{.began_at = 100, .ended_at = 200},
                                         {.began_at = 200, .ended_at = 300}};
  StepRanges steps(ranges);
  EXPECT_EQ(steps.step_of(99, 0), kOutsideSteps);
  EXPECT_EQ(steps.step_of(100, 0), 0);
  EXPECT_EQ(steps.step_of(199, 0), 0);
  EXPECT_EQ(steps.step_of(200, 0), 1);
  EXPECT_EQ(steps.step_of(300, 0), kOutsideSteps);
}

TEST(StepRanges, TheLaunchOfAnotherThreadBelongsToTheOpenStep) {
  const std::vector<NsysRange> ranges = {{.thread = 1, .began_at = 100, .ended_at = 200}};
  StepRanges steps(ranges);
  EXPECT_EQ(steps.step_of(150, 2), 0);
}

TEST(StepRanges, WhereThreadsHaveStepsAtOnceTheLaunchingThreadsIsTaken) {
  const std::vector<NsysRange> ranges = {{.thread = 1, .began_at = 100, .ended_at = 300},
                                         {.thread = 2, .began_at = 200, .ended_at = 400}};
  StepRanges steps(ranges);
  EXPECT_EQ(steps.step_of(250, 1), 0);
  EXPECT_EQ(steps.step_of(250, 2), 1);
  EXPECT_EQ(steps.step_of(250, 3), 1);  // the one that began last
  EXPECT_EQ(steps.overlapping(), 1);
}

TEST(StepRanges, OfNestedRangesTheOutermostIsTheStep) {
  const std::vector<NsysRange> ranges = {{.began_at = 100, .ended_at = 200},
                                         {.began_at = 120, .ended_at = 180},
                                         {.began_at = 200, .ended_at = 250}};
  const StepRanges steps(ranges);
  ASSERT_EQ(steps.steps().size(), 2U);
  EXPECT_EQ(steps.steps()[1].began_at, 200);
  EXPECT_EQ(steps.steps()[1].number, 1);
  EXPECT_EQ(steps.overlapping(), 0);
}

TEST(StepRanges, AStepIsSettledWhenALaterLaunchCame) {
  const std::vector<NsysRange> ranges = {{.began_at = 100, .ended_at = 200},
                                         {.began_at = 200, .ended_at = 300}};
  StepRanges steps(ranges);
  steps.step_of(150, 0);
  EXPECT_EQ(steps.settled_before(), 0);
  steps.step_of(210, 0);
  EXPECT_EQ(steps.settled_before(), 1);
}

}  // namespace
}  // namespace flopprof::nsys
