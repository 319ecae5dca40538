#include "profiler/to_accuracy/target_position.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

AccuracyCurve curve_of(std::initializer_list<AccuracyPoint> points) {
  AccuracyCurve curve(79.1, 0);
  for (const AccuracyPoint& point : points) curve.add(point);
  return curve;
}

Position reached(const AccuracyCurve& curve, const LogTraits& log, const Schedule& schedule) {
  return position_of(curve.crossing(Scale::kPercent)->point, curve, log, schedule);
}

TEST(PositionOf, CountsCompletedEpochsInALogThatCountsFromZero) {
  const auto curve =
      curve_of({{.value = 20, .epoch = 0}, {.value = 80, .epoch = 1}, {.value = 90, .epoch = 2}});
  const Position position =
      reached(curve, {.epochs_from = CountsFrom::kZero}, {.images_per_epoch = 1000});
  EXPECT_EQ(position.epochs, 2);
  EXPECT_EQ(position.log_epoch, 1);
  EXPECT_EQ(position.images, 2000);
}

TEST(PositionOf, TakesAnEpochZeroThatTookNoTimeForTheUntrainedNetwork) {
  const auto untrained =
      curve_of({{.value = 1, .epoch = 0, .hours = 0.001}, {.value = 80, .epoch = 1, .hours = 0.1}});
  EXPECT_EQ(reached(untrained, {}, {}).epochs, 1);
  const auto trained =
      curve_of({{.value = 21, .epoch = 0, .hours = 0.1}, {.value = 80, .epoch = 1, .hours = 0.2}});
  EXPECT_EQ(reached(trained, {}, {}).epochs, 2);
}

TEST(PositionOf, TakesFractionalEpochsAsCompleted) {
  const auto curve = curve_of({{.value = 1, .epoch = 0}, {.value = 80, .epoch = 22.7}});
  EXPECT_EQ(reached(curve, {}, {}).epochs, 22.7);
}

TEST(PositionOf, RecognisesAnEpochNumberThatIsASampleCount) {
  const auto curve = curve_of({{.value = 50, .epoch = 5000}, {.value = 80, .epoch = 2030855}});
  const Position position =
      reached(curve, {.images_per_step = 1000}, {.images_per_epoch = 1015427.5});
  EXPECT_EQ(position.images, 2030855);
  EXPECT_EQ(position.epochs, 2);
  EXPECT_EQ(position.steps, 2031);
}

TEST(PositionOf, SpreadsTheRunsStepsOverTheLogsEpochs) {
  const auto curve =
      curve_of({{.value = 20, .epoch = 1}, {.value = 80, .epoch = 2}, {.value = 90, .epoch = 4}});
  EXPECT_EQ(reached(curve, {}, {.steps_in_run = 40}).steps, 20);
  EXPECT_EQ(reached(curve, {}, {.steps_in_run = 40, .steps_per_epoch = 9}).steps, 18);
}

TEST(PositionOf, KnowsStepsThatCountFromZeroByTheRunsEnd) {
  const auto curve = curve_of({{.value = 80, .step = 9}, {.value = 90, .step = 19}});
  EXPECT_EQ(reached(curve, {}, {.steps_in_run = 20}).steps, 10);
  EXPECT_EQ(reached(curve, {}, {.steps_in_run = 19}).steps, 9);
}

TEST(PositionOf, RefusesAPointBeyondTheRun) {
  const auto curve = curve_of({{.value = 80, .step = 500}});
  EXPECT_THROW(reached(curve, {}, {.steps_in_run = 100}), TargetError);
}

TEST(PositionOf, RefusesCountersThatCountNothing) {
  EXPECT_THROW(reached(curve_of({{.value = 80, .step = -3}}), {}, {}), TargetError);
  EXPECT_THROW(reached(curve_of({{.value = 80, .step = 1e300}}), {}, {}), TargetError);
}

TEST(PositionOf, TakesStepsForEpochsWhereTheUserSaysSo) {
  const auto curve = curve_of({{.value = 20, .step = 1}, {.value = 80, .step = 2}});
  const Position position =
      reached(curve, {}, {.steps_in_run = 40, .step_unit = StepUnit::kEpochs});
  EXPECT_EQ(position.steps, 40);
  EXPECT_EQ(position.epochs, 2);
}

}  // namespace
}  // namespace flopprof::to_accuracy
