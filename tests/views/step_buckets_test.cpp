#include "profiler/views/step_buckets.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

EachStep hands_on(std::vector<StepTotal> steps) {
  return [steps = std::move(steps)](const std::function<void(const StepTotal&)>& take) {
    for (const StepTotal& step : steps) take(step);
  };
}

StepTotal step(std::int64_t number, std::int64_t wall_ns, unsigned flops,
               const std::string& source) {
  StepTotal step{.world = "w", .step = number, .wall_ns = wall_ns, .source = source};
  if (source != "none") step.model_flops = Flops{flops};
  return step;
}

std::vector<StepTotal> seven_steps() {
  return {step(0, 9, 10, "modelled"),     step(1, 1, 30, "extrapolated"),
          step(2, 5, 20, "extrapolated"), step(3, 7, 0, "none"),
          step(4, 2, 50, "modelled"),     step(5, 3, 50, "modelled"),
          step(6, 4, 70, "modelled")};
}

TEST(StepBuckets, EachStepHasItsOwnWhereTheyFit) {
  const auto buckets = buckets_of(hands_on(seven_steps()), 7, 7);
  ASSERT_EQ(buckets.size(), 7U);
  EXPECT_EQ(buckets[2].first.step, 2);
  EXPECT_EQ(buckets[2].wall.median, 5);
  EXPECT_EQ(rows_of(buckets)[2][0].key, "step");
}

TEST(StepBuckets, HoldTheLeastTheLowerMedianAndTheMostOfTheirSteps) {
  const auto buckets = buckets_of(hands_on(seven_steps()), 7, 2);
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(buckets[0].steps, 4);
  EXPECT_EQ(buckets[0].wall.min, 1);
  EXPECT_EQ(buckets[0].wall.median, 5);
  EXPECT_EQ(buckets[0].wall.max, 9);
  EXPECT_EQ(buckets[0].model->median, Flops{20});
  EXPECT_EQ(buckets[1].first.step, 4);
  EXPECT_EQ(buckets[1].last.step, 6);
  EXPECT_EQ(buckets[1].model->max, Flops{70});
  EXPECT_FALSE(buckets[1].executed.has_value());
}

TEST(StepBuckets, SayFromHowManyStepsTheNumbersCome) {
  const auto buckets = buckets_of(hands_on(seven_steps()), 7, 2);
  EXPECT_EQ(source_text(buckets[0].model_source, "modelled"), "1 modelled, 2 extrapolated, 1 none");
  EXPECT_EQ(source_text(buckets[1].model_source, "modelled"), "modelled");
  const Fields row = rows_of(buckets)[0];
  EXPECT_EQ(std::get<Name>(row[0].value).name, "0 to 3");
  EXPECT_EQ(std::get<Flops>(row[1].value), Flops{20});
  EXPECT_EQ(std::get<Word>(row[4].value).word, "1 modelled, 2 extrapolated, 1 none");
}

TEST(StepBuckets, AMillionStepsAreFourHundred) {
  const EachStep many = [](const std::function<void(const StepTotal&)>& take) {
    for (std::int64_t number = 0; number < 1'000'000; ++number) {
      take(step(number, number + 1, 1, "modelled"));
    }
  };
  const auto buckets = buckets_of(many, 1'000'000, 400);
  ASSERT_EQ(buckets.size(), 400U);
  EXPECT_EQ(buckets.back().wall.max, 1'000'000);
  EXPECT_EQ(buckets[0].wall.median, 1'250);
}

TEST(StepBuckets, OfNoStepsAreNone) { EXPECT_TRUE(buckets_of(hands_on({}), 0, 400).empty()); }

}  // namespace
}  // namespace flopprof::views
