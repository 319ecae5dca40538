#include "profiler/steps/launch_period.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/steps/launch_sequence.h"

namespace flopprof::steps {
namespace {

/// Forward and backward passes of 6 layers, 2 x 6 x 4 launches of 8 kernels, between the loss and
/// what else is launched once, 4: 52 in all.
Sequence network(std::uint64_t first = 100) {
  return distinct(first, 2) + 6 * distinct(first + 10, 4) + 6 * distinct(first + 20, 4) +
         distinct(first + 30, 2);
}
Sequence optimizer(std::uint64_t launches) { return distinct(1000, launches); }

TEST(PeriodDetector, FindsStepsThatAreAllAlike) {
  const auto period = period_of(50 * (network() + optimizer(8)));
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 60);
  EXPECT_EQ(period->anchor, 1007u);  // launched last
  EXPECT_EQ(period->periods, 20);
  EXPECT_EQ(period->exact, 20);
  EXPECT_DOUBLE_EQ(period->confidence(), 21.0 / 22.0);
}

TEST(PeriodDetector, IsNotSureBeforeTwentyPeriods) {
  EXPECT_FALSE(period_of(20 * network()));
  EXPECT_TRUE(period_of(21 * network()));
}

TEST(PeriodDetector, FindsAShortStep) {
  const auto period = period_of(50 * Sequence{1, 2, 2, 3});
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 4);
  EXPECT_EQ(period->anchor, 3u);
}

TEST(PeriodDetector, TakesNoKernelForAnAnchorThatComesTwiceAPeriod) {
  const auto period = period_of(50 * Sequence{1, 2, 1, 2, 3});
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 5);
  EXPECT_EQ(period->anchor, 3u);
}

TEST(PeriodDetector, EndsTheStepBeforeTheHostsLongestPause) {
  PeriodDetector detector({.least_periods = 20, .least_ns = 2'000'000'000});
  std::optional<LaunchPeriod> period;
  std::int64_t now = 1;
  for (int step = 0; step < 100 && !period; ++step) {
    for (const std::uint64_t identity : distinct(1, 40)) {
      now += identity == 17 ? 50'000'000 : 5'000;  // the loss has been read
      if (identity == 30 && step == 3) now += 900'000'000;
      period = detector.launched(identity, now);
      if (period) break;
    }
  }
  ASSERT_TRUE(period);
  EXPECT_EQ(period->anchor, 16u);
}

TEST(PeriodDetector, WaitsUntilAPeriodHasLasted) {
  constexpr std::int64_t kStepNs = 10'000'000;
  PeriodDetector detector({.least_periods = 20, .least_ns = 2'000'000'000});
  int steps = 0;
  for (std::int64_t now = kStepNs; steps < 1000; now += kStepNs, ++steps) {
    if (detector.launched(1, now) || detector.launched(2, now + 1000)) break;
  }
  EXPECT_EQ(steps, 200);
}

TEST(PeriodDetector, LeavesWarmUpOut) {
  const Sequence autotuning = distinct(5000, 300) + 7 * distinct(5100, 30) + distinct(5000, 90);
  const auto period = period_of(autotuning + 30 * network());
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 52);
  EXPECT_EQ(period->exact, 20);
}

TEST(PeriodDetector, SeesThroughWorkOfEveryTenthStep) {
  const Sequence ten = 9 * network() + (network() + Sequence{7});  // logging
  const auto period = period_of(20 * ten);
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 52);
  EXPECT_LT(period->exact, period->periods);
  EXPECT_EQ(period->fits, period->periods);
}

TEST(PeriodDetector, CountsTheStepsThatDeviate) {
  // Of 30 steps, irregularly, one of five has the work of two.
  Sequence all;
  for (int step = 0; step < 60; ++step)
    all = all + (step % 13 % 5 == 3 ? 2 * distinct(1, 30) + distinct(900, 9) : distinct(1, 30));
  const auto period = period_of(all);
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 30);
  EXPECT_LT(period->fits, period->periods);
  EXPECT_LT(period->confidence(), 0.9);
}

TEST(PeriodDetector, TakesTheUpdateForTheStepNotItsMicroBatches) {
  for (const int micro_batches : {2, 3, 4, 8, 16}) {
    const Sequence step = micro_batches * network() + optimizer(12);
    const auto period = period_of(60 * step);
    ASSERT_TRUE(period) << micro_batches;
    EXPECT_EQ(period->launches, 52 * micro_batches + 12);
    EXPECT_EQ(period->anchor, 1011u);
  }
}

TEST(PeriodDetector, DoesNotDecideWhereAnUpdateHasNoKernelOfItsOwn) {
  const Sequence update = 6 * Sequence{7};
  EXPECT_FALSE(period_of(60 * (8 * network() + update)));
}

TEST(PeriodDetector, DoesNotDecideWhereAnUpdateCouldBeAnOddJob) {
  // 4 launches of their own in 209: an optimiser of one fused kernel, or statistics.
  EXPECT_FALSE(period_of(100 * (4 * network() + optimizer(4))));
}

TEST(PeriodDetector, TakesNoLayerForAStep) {
  // 96 layers forwards, 96 backwards.
  const Sequence step = distinct(1, 2) + 96 * distinct(10, 9) + distinct(30, 2) +
                        96 * distinct(40, 14) + optimizer(40);
  EXPECT_FALSE(period_of(19 * step, {.least_periods = 97, .least_ns = 0}));
  const auto period = period_of(120 * step, {.least_periods = 97, .least_ns = 0});
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 2 + 96 * 9 + 2 + 96 * 14 + 40);
}

TEST(PeriodDetector, TakesALoopThatIsOverSoonForNoStep) {
  // 200 layers in 40 ms, then other work.
  PeriodDetector detector({});
  std::int64_t now = 1;
  for (const std::uint64_t identity : 200 * distinct(1, 20))
    EXPECT_FALSE(detector.launched(identity, now += 10'000));
}

TEST(PeriodDetector, SeesThroughEvaluationBetweenEpochs) {
  const Sequence evaluation = 12 * distinct(100, 26) + distinct(700, 3);
  const Sequence step = network() + optimizer(8);
  const auto period = period_of(15 * step + evaluation + 90 * step + evaluation);
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 60);
}

TEST(PeriodDetector, DoesNotDecideBetweenShortEpochsAndLongSteps) {
  const Sequence epoch = 18 * (network() + optimizer(8)) + 3 * distinct(2000, 30);
  const auto period = period_of(15 * epoch);
  EXPECT_FALSE(period);
}

TEST(PeriodDetector, TakesTwoKindsOfStepInTurnsForAPair) {
  const auto period = period_of(60 * (network(100) + network(200)));
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 104);
}

TEST(PeriodDetector, HasNoAnswerToAStreamOfOneKernel) {
  EXPECT_FALSE(period_of(100'000 * Sequence{1}));
}

TEST(PeriodDetector, HasNoAnswerToGridsThatGrowWithEachToken) {
  Sequence all;
  for (std::uint64_t token = 0; token < 2000; ++token)
    all = all + distinct(1, 3) + 4 * (distinct(10, 5) + Sequence{10'000 + token}) + distinct(30, 2);
  EXPECT_FALSE(period_of(all));
}

TEST(PeriodDetector, FindsTheTokensOfGridsThatGrowRarely) {
  Sequence all;
  for (std::uint64_t token = 0; token < 500; ++token)
    all = all + distinct(1, 3) + 4 * (distinct(10, 5) + Sequence{10'000 + token / 128}) +
          distinct(30, 2);
  const auto period = period_of(all);
  ASSERT_TRUE(period);
  EXPECT_EQ(period->launches, 29);
}

TEST(PeriodDetector, FindsTheStepsOfThreadsWhoseLaunchesMix) {
  std::mt19937_64 random(1);
  Sequence all;
  for (int step = 0; step < 120; ++step) {  // four devices, each with kernels of its own
    Sequence order;
    for (std::uint64_t device = 0; device < 4; ++device) order = order + Sequence(100, device);
    std::shuffle(order.begin(), order.end(), random);
    std::uint64_t next[4] = {};
    for (const std::uint64_t device : order) all.push_back(1000 * device + next[device]++);
  }
  const auto period = period_of(all);
  ASSERT_TRUE(period);
  EXPECT_NEAR(static_cast<double>(period->launches), 400, 8);
}

TEST(PeriodDetector, ForgetsWhatDoesNotRepeatToStaySmall) {
  const Sequence all = distinct(1'000'000, 5000) + 30 * (network() + optimizer(8));
  EXPECT_TRUE(period_of(all, {.least_ns = 0, .most_identities = 200}));
  Sequence with_new_ones;
  for (std::uint64_t step = 0; step < 200; ++step)
    with_new_ones = with_new_ones + network() + Sequence{10'000'000 + step};
  EXPECT_TRUE(period_of(with_new_ones, {.least_ns = 0, .most_identities = 64}));
}

// Properties.

TEST(PeriodDetector, ClaimsNothingInRandomSequences) {
  int claims = 0;
  int sequences = 0;
  for (const int kinds : {2, 3, 5, 10, 30, 100, 1000}) {
    for (unsigned seed = 0; seed < 50; ++seed, ++sequences) {
      std::mt19937_64 random(seed);
      // Every other one with kernels that are far more frequent than others.
      std::vector<double> weights;
      for (int kind = 0; kind < kinds; ++kind)
        weights.push_back(seed % 2 == 0 ? 1 : 1.0 / (1 + kind));
      std::discrete_distribution<std::uint64_t> kernel(weights.begin(), weights.end());
      Sequence all;
      for (int i = 0; i < 6000; ++i) all.push_back(kernel(random));
      claims += period_of(all) ? 1 : 0;
    }
  }
  EXPECT_EQ(claims, 0) << "of " << sequences;
}

TEST(PeriodDetector, ClaimsNothingInStepsOfRandomOrderAndLength) {
  int claims = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    Sequence all;
    for (int step = 0; step < 300; ++step)  // an anchor, then 20 to 99 launches of 30 kernels
      for (std::uint64_t i = 0, launches = 20 + random() % 80; i < launches; ++i)
        all.push_back(i == 0 ? 1 : 2 + random() % 30);
    claims += period_of(all) ? 1 : 0;
  }
  EXPECT_EQ(claims, 0);
}

TEST(PeriodDetector, FindsThePeriodInNoise) {
  int found = 0;
  int right = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    const std::uint64_t length = 60 + random() % 400;
    Sequence step;
    for (std::uint64_t i = 0; i < length; ++i) step.push_back(i < 10 ? i : 10 + random() % 40);
    Sequence all;
    for (int i = 0; i < 300; ++i) {
      for (const std::uint64_t identity : step) {
        const std::uint64_t dice = random() % 600;
        if (dice == 0) continue;                                     // left out
        if (dice == 1) all.push_back(5000 + random() % 20);          // put in
        all.push_back(dice == 2 ? 6000 + random() % 20 : identity);  // replaced
      }
    }
    const auto period = period_of(all);
    if (!period) continue;
    ++found;
    if (std::abs(period->launches - static_cast<std::int64_t>(length)) <=
        tolerance(period->launches))
      ++right;
  }
  EXPECT_EQ(right, found);
  EXPECT_GE(found, 98);
}

TEST(PeriodDetector, AnswersTheSameWhateverTheIdentitiesAre) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    Sequence all = 40 * (3 * network() + optimizer(20));
    const std::uint64_t mask = random();
    for (std::uint64_t& identity : all) identity ^= mask;
    const auto period = period_of(all);
    ASSERT_TRUE(period);
    EXPECT_EQ(period->launches, 3 * 52 + 20);
  }
}

}  // namespace
}  // namespace flopprof::steps
