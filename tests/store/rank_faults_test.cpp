#include "profiler/store/rank_faults.h"

#include <gtest/gtest.h>

#include "profiler/record/rank_list.h"

namespace flopprof::store {
namespace {

RunOverview run_of(std::vector<WorldRank> ranks, std::int64_t size) {
  RunOverview run;
  run.started_at_ns = 5;
  run.ended = "exited";
  run.worlds = {{.name = "w", .size = size, .ranks = std::move(ranks)}};
  return run;
}

WorldRank rank(std::int64_t number, std::int64_t steps, const std::string& ended = "exited",
               const std::string& source = "optimizer") {
  return {.rank = number, .steps = steps, .ended = ended, .step_source = source};
}

std::string only_detail(const RunOverview& run) {
  const std::vector<Fault> faults = rank_faults(run);
  return faults.size() == 1 ? faults[0].detail : std::to_string(faults.size()) + " faults";
}

TEST(RankFaults, AreNoneWhereAllRanksMadeTheSameSteps) {
  EXPECT_TRUE(rank_faults(run_of({rank(0, 9), rank(1, 9)}, 2)).empty());
}

TEST(RankFaults, NameTheRanksThatAreNotThere) {
  const auto faults = rank_faults(run_of({rank(1, 9), rank(5, 9)}, 8));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].what, "ranks missing");
  EXPECT_EQ(faults[0].count, 6);
  EXPECT_EQ(faults[0].since_ns, 5);
  EXPECT_EQ(faults[0].detail,
            "ranks 0, 2 to 4 and 6, 7 of the 8 of world w left nothing here; totals are without");
}

TEST(RankFaults, SayWhichRankWasKilledBeforeTheOthers) {
  EXPECT_EQ(only_detail(run_of({rank(0, 9), rank(1, 4, "killed"), rank(2, 9)}, 3)),
            "2 of 3 ranks made 9 steps; rank 1: 4 (killed before its end)");
}

TEST(RankFaults, SayWhichRanksEndedByThemselvesAfterFewerSteps) {
  EXPECT_EQ(only_detail(run_of({rank(0, 9), rank(1, 8), rank(2, 8), rank(3, 9)}, 4)),
            "2 of 4 ranks made 9 steps; ranks 1, 2: 8 (it ended by itself after fewer updates: "
            "uneven data, or it skipped some)");
}

TEST(RankFaults, SayWhichRanksTellTheirStepsApartInAnotherWay) {
  EXPECT_EQ(only_detail(run_of({rank(0, 9), rank(1, 9), rank(2, 36, "exited", "period")}, 3)),
            "2 of 3 ranks made 9 steps; rank 2: 36 (told apart by period, those of most ranks by "
            "optimizer)");
}

TEST(RankFaults, SayOfWhichRankNoStepWasSeen) {
  EXPECT_EQ(only_detail(run_of({rank(0, 9), rank(1, 9), rank(2, 0, "exited", "")}, 3)),
            "2 of 3 ranks made 9 steps; rank 2: 0 (attached, but none of its steps was seen)");
}

TEST(RankFaults, WaitForTheEndOfTheRun) {
  RunOverview run = run_of({rank(0, 9), rank(1, 8, "running")}, 4);
  run.ended = "running";
  EXPECT_TRUE(rank_faults(run).empty());
}

TEST(RankList, DrawsRunsTogether) {
  EXPECT_EQ(rank_list({3}), "rank 3");
  EXPECT_EQ(rank_list({3, 4}), "ranks 3, 4");
  EXPECT_EQ(rank_list({0, 2, 3, 4, 9}), "ranks 0, 2 to 4 and 9");
}

TEST(RankList, StaysShort) {
  std::vector<std::int64_t> even;
  for (std::int64_t i = 0; i < 10'000; ++i) even.push_back(2 * i);
  EXPECT_EQ(rank_list(even),
            "ranks 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30 and others");
}

}  // namespace
}  // namespace flopprof::store
