#include "profiler/to_accuracy/target_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace flopprof::to_accuracy {
namespace {

TargetResult result_for(std::initializer_list<AccuracyPoint> points, const LogTraits& log,
                        double target = 79.1, double tolerance = 0) {
  AccuracyCurve curve(target, tolerance);
  for (const AccuracyPoint& point : points) curve.add(point);
  return result_of_log(curve, log, target, tolerance, {}, {.images_per_epoch = 1.28e6});
}

TargetResult with_flops(unsigned flops) {
  TargetResult result{.reached = true};
  result.work = WorkToStep{.flops = {flops}, .source = "modelled"};
  return result;
}

TEST(AddNominal, GivesThePapersNumbers) {
  struct Golden {
    double macs, epochs;
    const char* flops;  // a multiply-add as two
    double tfs_days;    // as one
  };
  for (const Golden& golden : {Golden{0.77e9, 90, "532224000000000000", 3.0800},
                               {2.00e9, 8, "122880000000000000", 0.7111},
                               {0.568e9, 11, "47984640000000000", 0.2777},
                               {0.14e9, 24, "25804800000000000", 0.1493},
                               {0.14e9, 20, "21504000000000000", 0.1244},
                               {0.39e9, 4, "11980800000000000", 0.06933}}) {
    TargetResult result = result_for({{.value = 80, .epoch = golden.epochs}}, {.metric = "top5"});
    add_nominal(result, golden.macs);
    EXPECT_EQ(result.nominal->flops.digits(), golden.flops);
    EXPECT_NEAR(tfs_days(result.nominal->flops, Convention::kMac), golden.tfs_days, 6e-5);
    EXPECT_EQ(source_of(result), "nominal");
  }
}

TEST(AddNominal, StatesTheTrueMultiplierBesideAMeasurement) {
  TargetResult result = result_for({{.value = 80, .epoch = 1}}, {.metric = "top5"});
  result.work = WorkToStep{.flops = Flops::of(2.95 * 2 * 1000 * 1.28e6), .source = "counted"};
  add_nominal(result, 1000);
  EXPECT_NEAR(*result.nominal->true_multiplier, 2.95, 1e-9);
  EXPECT_EQ(source_of(result), "counted");
  EXPECT_EQ(flops_of(result).digits(), "7552000000");
}

TEST(ResultOfLog, FlagsACrossingAtALearningRateStep) {
  const auto result = result_for({{.value = 78, .epoch = 30, .learning_rate = 0.1},
                                  {.value = 85, .epoch = 31, .learning_rate = 0.01}},
                                 {.metric = "top5"});
  EXPECT_THAT(
      result.notes,
      testing::Contains(testing::HasSubstr("exactly at a learning-rate step (0.1 to 0.01)")));
}

TEST(ResultOfLog, SaysThatALogEvaluatedEveryTenEpochsGivesAnUpperBound) {
  const auto result =
      result_for({{.value = 50, .epoch = 10}, {.value = 85, .epoch = 20}}, {.metric = "top5"});
  EXPECT_THAT(result.notes, testing::Contains(testing::HasSubstr("an upper bound")));
}

TEST(ResultOfLog, StatesTheToleranceThatLetAPointPass) {
  EXPECT_FALSE(result_for({{.value = 79.066, .epoch = 1}}, {.metric = "top5"}).reached);
  const auto result = result_for({{.value = 79.066, .epoch = 1}}, {.metric = "top5"}, 79.1, 0.05);
  EXPECT_TRUE(result.reached);
  EXPECT_THAT(result.notes,
              testing::Contains("reached within the tolerance asked for: 79.066 against 79.1"));
}

TEST(ResultOfLog, ReportsTheBestWhenTheTargetWasNotReached) {
  const auto result =
      result_for({{.value = 50, .epoch = 1}, {.value = 70, .epoch = 2}, {.value = 60, .epoch = 3}},
                 {.metric = "top5"});
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.accuracy, 70);
}

TEST(ResultOfLog, RefusesALogOfNothingButNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(result_for({{.value = nan}, {.value = nan}}, {.metric = "top5"}), TargetError);
}

TEST(SummaryOf, AveragesComputeOverTheRunsThatReachedTheTarget) {
  const SeedSummary seeds =
      summary_of({with_flops(90), with_flops(110), TargetResult{}, with_flops(100)});
  EXPECT_EQ(seeds.reached, 3u);
  EXPECT_EQ(seeds.not_reached, 1u);
  EXPECT_EQ(seeds.mean.digits(), "100");
  EXPECT_DOUBLE_EQ(seeds.standard_deviation, 10);
  EXPECT_EQ(seeds.least.digits(), "90");
  EXPECT_EQ(seeds.most.digits(), "110");
}

}  // namespace
}  // namespace flopprof::to_accuracy
