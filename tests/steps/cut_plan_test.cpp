#include "profiler/steps/cut_plan.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

CutPlan::Wanted at(std::int64_t launches, std::size_t set = 0) {
  return {.set = set, .cut = {.launches = launches, .hash = 1}};
}

std::int64_t next_launches(const CutPlan& plan) {
  const auto next = plan.next();
  return next ? next->cut.launches : -1;
}

TEST(CutPlan, CutsInTheOrderOfPreferenceAndCountsAWholeStepNowAndThen) {
  CutPlan plan;
  plan.want({at(5), at(2), at(8), at(1)});
  std::vector<std::int64_t> cuts;
  for (int step = 0; step < 6; ++step) {
    cuts.push_back(next_launches(plan));
    plan.next() ? plan.tried(true) : plan.counted_whole();
  }
  EXPECT_EQ(cuts, (std::vector<std::int64_t>{5, 2, 8, -1, 1, -1}));
  EXPECT_FALSE(plan.wants_more());
}

TEST(CutPlan, TriesWhatCameToNothingAfterTheOthers) {
  CutPlan plan;
  plan.want({at(5), at(2)});
  plan.tried(false);
  EXPECT_EQ(next_launches(plan), 2);
  plan.tried(true);
  EXPECT_EQ(next_launches(plan), 5);
}

TEST(CutPlan, GivesUpStepsWhoseLaunchesComeInAnyOrder) {
  CutPlan plan;
  plan.want({at(5)});
  for (int i = 0; i < CutPlan::kPatience; ++i) plan.tried(false);
  EXPECT_TRUE(plan.is_given_up());
  EXPECT_FALSE(plan.next().has_value());
  EXPECT_FALSE(plan.wants_more());
}

TEST(CutPlan, DropsWhatASetWasWantedForThatTheDeviceRefuses) {
  CutPlan plan;
  plan.want({at(5, 1), at(2, 0)});
  plan.give_up(1);
  EXPECT_EQ(next_launches(plan), 2);
}

}  // namespace
}  // namespace flopprof::steps
