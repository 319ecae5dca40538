#include "profiler/to_accuracy/accuracy_scale.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

ValueRange rising(double from, double to) {
  return {.lowest = from, .highest = to, .first = from, .last = to, .points = 5};
}

ValueRange falling(double from, double to) {
  return {.lowest = to, .highest = from, .first = from, .last = to, .points = 5};
}

TEST(ScaleOf, TellsPercentFromFractionByTheRange) {
  EXPECT_EQ(scale_of(rising(21, 79.1), "top5"), Scale::kPercent);
  EXPECT_EQ(scale_of(rising(0.21, 0.791), "top5"), Scale::kFraction);
}

TEST(ScaleOf, TakesAnErrorRateByItsName) {
  EXPECT_EQ(scale_of(falling(64, 20), "err5"), Scale::kErrorPercent);
  EXPECT_EQ(scale_of(falling(0.64, 0.2), "top5_error"), Scale::kErrorFraction);
}

TEST(ScaleOf, TakesANamedAccuracyThatFallsForARunThatDiverged) {
  EXPECT_EQ(scale_of(falling(64, 0.1), "val_acc5"), Scale::kPercent);
}

TEST(ScaleOf, RefusesWhatAllowsTwoReadings) {
  EXPECT_THROW(scale_of(falling(64, 20), "top5"), ScaleError);
  EXPECT_THROW(scale_of(rising(20, 64), "err5"), ScaleError);
  EXPECT_THROW(scale_of({.lowest = 1, .highest = 1, .first = 1, .last = 1, .points = 2}, "acc"),
               ScaleError);
}

TEST(ScaleOf, RefusesValuesThatAreNoAccuracy) {
  EXPECT_THROW(scale_of(rising(-1, 50), "acc"), ScaleError);
  EXPECT_THROW(scale_of(rising(1, 101), "acc"), ScaleError);
}

TEST(TargetPercent, RefusesAFractionForALogInPercentAndSaysWhatIsRight) {
  EXPECT_DOUBLE_EQ(target_percent(0.791, Scale::kFraction), 79.1);
  EXPECT_DOUBLE_EQ(target_percent(79.1, Scale::kFraction), 79.1);
  try {
    target_percent(0.791, Scale::kPercent);
    FAIL() << "accepted";
  } catch (const ScaleError& error) {
    EXPECT_STREQ(error.what(),
                 "target 0.791 looks like a fraction, the log is in percent: say --target 79.1");
  }
}

TEST(Reaches, IsNotDecidedByTheLastBinaryDigit) {
  EXPECT_TRUE(reaches(0.791, Scale::kFraction, 79.1));
  EXPECT_TRUE(reaches(20.9, Scale::kErrorPercent, 79.1));
  EXPECT_FALSE(reaches(79.066, Scale::kPercent, 79.1));
}

}  // namespace
}  // namespace flopprof::to_accuracy
