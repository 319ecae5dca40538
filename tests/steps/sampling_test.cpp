#include "profiler/steps/sampling.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

/// Runs `steps` steps of `wall_ns`, each costing `cost_ns` more when observed; returns how many
/// were.
std::int64_t observed_steps(SamplingPlan& plan, std::int64_t steps, std::int64_t wall_ns,
                            std::int64_t cost_ns) {
  std::int64_t observed = 0;
  for (std::int64_t number = 0; number < steps; ++number) {
    const bool observes = plan.observes(number);
    observed += observes;
    plan.step_ended(number, wall_ns + (observes ? cost_ns : 0), observes, observes ? cost_ns : 0);
  }
  return observed;
}

TEST(SamplingPlan, ObservesEveryStepWhileThatFitsTheBudget) {
  SamplingPlan plan(0.01, 0);
  EXPECT_EQ(observed_steps(plan, 1000, 10'000'000, 50'000), 1000);
}

TEST(SamplingPlan, KeepsToTheBudgetWhereStepsAreShort) {
  SamplingPlan plan(0.01, 0);
  // 86 us a step, 40 us to observe one: one in 46 is what 1 % pays for.
  const std::int64_t observed = observed_steps(plan, 100'000, 86'000, 40'000);
  EXPECT_LE(observed, 100'000 * 86 / 40 / 100 * 102 / 100);
  EXPECT_GE(observed, 1000);
}

TEST(SamplingPlan, BelievesTheRunWhenItShowsAHigherCostThanTheCallbacks) {
  SamplingPlan plan(0.01, 0);
  std::int64_t observed = 0;
  for (std::int64_t number = 0; number < 100'000; ++number) {
    const bool observes = plan.observes(number);
    observed += observes;
    plan.step_ended(number, observes ? 186'000 : 86'000, observes, observes ? 40'000 : 0);
  }
  EXPECT_LE(observed, 1500) << "100 us each, 1 % of 8.6 s pays for 860";
}

TEST(SamplingPlan, PaysForUnobservedStepsFromTheSameBudget) {
  const auto observed_of = [](std::int64_t unobserved_cost_ns) {
    SamplingPlan plan(0.01, 0);
    int observed = 0;
    for (std::int64_t number = 0; number < 100'000; ++number) {
      const bool observes = plan.observes(number);
      observed += observes ? 1 : 0;
      plan.step_ended(number, 100'000 + (observes ? 50'000 : 0), observes,
                      observes ? 50'000 : unobserved_cost_ns);
    }
    return observed;
  };
  // 1 us a step is earned, and an observed one costs 50.
  EXPECT_NEAR(observed_of(0), 2000, 60);
  EXPECT_NEAR(observed_of(500), 1000, 60);
  EXPECT_NEAR(observed_of(5'000), 500, 60);
}

TEST(SamplingPlan, DoesNotKeepStepWithThePeriodOfTheJob) {
  SamplingPlan plan(0.01, 0);
  std::array<int, 46> seen{};
  for (std::int64_t number = 0; number < 200'000; ++number) {
    const bool observes = plan.observes(number);
    if (observes) ++seen[static_cast<std::size_t>(number % 46)];
    plan.step_ended(number, 86'000, observes, observes ? 40'000 : 0);
  }
  for (const int times : seen) EXPECT_GT(times, 0);
}

TEST(SamplingPlan, AlwaysObservesTheFirstSteps) {
  SamplingPlan plan(0, 0);
  EXPECT_EQ(observed_steps(plan, 10'000, 86'000, 40'000), 10);
}

TEST(SamplingPlan, ObservesAStepThatIsAskedFor) {
  SamplingPlan plan(0, 0);
  observed_steps(plan, 100, 86'000, 40'000);
  plan.want(105);
  EXPECT_FALSE(plan.observes(104));
  EXPECT_TRUE(plan.observes(105));
}

TEST(SamplingPlan, DoesNotKeepStepWithAnEpochOfEveryNthSteps) {
  SamplingPlan plan(0, 7);
  std::array<int, 7> seen{};
  for (std::int64_t number = 0; number < 700; ++number) {
    if (plan.observes(number)) ++seen[static_cast<std::size_t>(number % 7)];
  }
  for (const int times : seen) EXPECT_GT(times, 0);
}

TEST(SamplingPlan, CallsAnIntervalOverdueThatIsLongerThanASecondAndThanTheJobsSteps) {
  SamplingPlan plan(0, 0);
  observed_steps(plan, 100, 200'000'000, 0);
  EXPECT_FALSE(plan.is_overdue(900'000'000));
  EXPECT_FALSE(plan.is_overdue(3'900'000'000));
  EXPECT_TRUE(plan.is_overdue(4'100'000'000));
}

TEST(SamplingPlan, ObservesOneOfNStepsWhenToldSo) {
  SamplingPlan all(0, 1);
  EXPECT_EQ(observed_steps(all, 1000, 86'000, 40'000), 1000);
  SamplingPlan seventh(0, 7);
  EXPECT_EQ(observed_steps(seventh, 70, 86'000, 40'000), 10);
}

}  // namespace
}  // namespace flopprof::steps
