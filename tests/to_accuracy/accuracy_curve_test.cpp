#include "profiler/to_accuracy/accuracy_curve.h"

#include <gtest/gtest.h>

#include <limits>

namespace flopprof::to_accuracy {
namespace {

AccuracyCurve curve_of(std::initializer_list<double> values) {
  AccuracyCurve curve(79.1, 0);
  std::int64_t line = 0;
  for (const double value : values) {
    ++line;
    curve.add({.value = value, .epoch = static_cast<double>(line), .line = line});
  }
  return curve;
}

TEST(AccuracyCurve, TakesTheFirstPointThatReachedTheTargetNotTheBest) {
  const auto crossing = curve_of({50, 79.1, 70, 95}).crossing(Scale::kPercent);
  ASSERT_TRUE(crossing);
  EXPECT_EQ(crossing->point.epoch, 2);
  EXPECT_EQ(crossing->before->value, 50);
}

TEST(AccuracyCurve, FindsTheCrossingInEveryScale) {
  EXPECT_EQ(curve_of({0.5, 0.8}).crossing(Scale::kFraction)->point.line, 2);
  EXPECT_EQ(curve_of({60, 30, 20.9}).crossing(Scale::kErrorPercent)->point.line, 3);
  EXPECT_FALSE(curve_of({60, 30, 20.9}).crossing(Scale::kPercent));
}

TEST(AccuracyCurve, LeavesNotANumberOutAndCountsIt) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const AccuracyCurve curve = curve_of({10, nan, std::numeric_limits<double>::infinity(), 80});
  EXPECT_EQ(curve.not_a_number(), 2);
  EXPECT_EQ(curve.first_not_a_number_line(), 2);
  EXPECT_EQ(curve.crossing(Scale::kPercent)->point.line, 4);
}

TEST(AccuracyCurve, KeepsABoundedSampleToDraw) {
  AccuracyCurve curve(79.1, 0);
  for (int i = 0; i < 100000; ++i) curve.add({.value = 50, .epoch = i});
  EXPECT_LE(curve.drawn().size(), AccuracyCurve::kDrawn);
  EXPECT_GE(curve.drawn().size(), AccuracyCurve::kDrawn / 2);
  EXPECT_GT(curve.drawn().back().epoch, 99000);
}

TEST(AccuracyCurve, KnowsACrossingAtALearningRateStep) {
  AccuracyCurve curve(79.1, 0);
  curve.add({.value = 78, .learning_rate = 0.1});
  curve.add({.value = 88, .learning_rate = 0.01});
  EXPECT_TRUE(crosses_at_learning_rate_step(*curve.crossing(Scale::kPercent)));
}

TEST(AccuracyCurve, DoesNotTakeASmoothScheduleForAStep) {
  AccuracyCurve curve(79.1, 0);
  curve.add({.value = 78, .learning_rate = 0.1});
  curve.add({.value = 88, .learning_rate = 0.093});
  EXPECT_FALSE(crosses_at_learning_rate_step(*curve.crossing(Scale::kPercent)));
}

}  // namespace
}  // namespace flopprof::to_accuracy
