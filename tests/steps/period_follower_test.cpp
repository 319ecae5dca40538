#include "profiler/steps/period_follower.h"

#include <gmock/gmock.h>

#include <vector>

#include "tests/steps/launch_sequence.h"

namespace flopprof::steps {
namespace {

using Sign = PeriodFollower::Sign;
using ::testing::ElementsAre;

const LaunchPeriod kTen{.anchor = 10, .launches = 10, .periods = 20, .fits = 20, .exact = 20};

/// What it says, silence left out.
std::vector<Sign> signs_of(PeriodFollower& follower, const Sequence& launches) {
  std::vector<Sign> signs;
  for (const std::uint64_t identity : launches) {
    const Sign sign = follower.launched(identity);
    if (sign != Sign::kNone) signs.push_back(sign);
  }
  return signs;
}

TEST(PeriodFollower, EndsAStepAtEachLaunchOfTheAnchorButTheFirst) {
  PeriodFollower follower(kTen);
  EXPECT_THAT(signs_of(follower, distinct(4, 6) + 3 * distinct(1, 10)),
              ElementsAre(Sign::kBegin, Sign::kStep, Sign::kStep));
}

TEST(PeriodFollower, TakesAStepOfAFewLaunchesMoreOrLess) {
  PeriodFollower follower(kTen);
  const Sequence shorter = distinct(3, 8);
  const Sequence longer = distinct(98, 2) + distinct(1, 10);
  const Sequence too_long = distinct(97, 3) + distinct(1, 10);
  EXPECT_THAT(signs_of(follower, Sequence{10} + shorter + longer + too_long),
              ElementsAre(Sign::kBegin, Sign::kStep, Sign::kStep, Sign::kMisfit));
}

TEST(PeriodFollower, SaysOnceThatTheAnchorDoesNotComeAndGoesOnWhenItDoes) {
  PeriodFollower follower(kTen);
  const Sequence evaluation = 500 * Sequence{99};
  EXPECT_THAT(signs_of(follower, distinct(1, 10) + evaluation + 2 * distinct(1, 10)),
              ElementsAre(Sign::kBegin, Sign::kLost, Sign::kMisfit, Sign::kStep));
}

TEST(PeriodFollower, SaysThatAnAnchorNeverCame) {
  PeriodFollower follower(kTen);
  EXPECT_THAT(signs_of(follower, 159 * Sequence{99}), ElementsAre());
  EXPECT_THAT(signs_of(follower, Sequence{99}), ElementsAre(Sign::kLost));
}

TEST(PeriodFollower, NoticesMicroBatches) {
  const Sequence update = 24 * distinct(1, 10) + distinct(50, 2);
  PeriodFollower follower(kTen);
  signs_of(follower, 3 * update);
  EXPECT_EQ(follower.uneven_every(), 0);
  signs_of(follower, 2 * update);
  EXPECT_EQ(follower.uneven_every(), 24);
}

TEST(PeriodFollower, TakesEvaluationForNoUpdate) {
  const Sequence epoch = 24 * distinct(1, 10) + distinct(50, 30);
  PeriodFollower follower(kTen);
  signs_of(follower, 10 * epoch);
  EXPECT_EQ(follower.uneven_every(), 0);
}

}  // namespace
}  // namespace flopprof::steps
