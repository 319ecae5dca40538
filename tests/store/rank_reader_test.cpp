#include "profiler/store/rank_reader.h"

#include <gtest/gtest.h>

#include "profiler/store/liveness.h"
#include "profiler/store/run_reader.h"
#include "tests/support/rank_sample.h"

namespace flopprof::store {
namespace {

class RankReader : public ::testing::Test {
 protected:
  RankReader() { testing::fill_rank_sample(run_); }
  testing::TemporaryFolder folder_;
  Database run_ = testing::empty_run(folder_ / "run.db");
};

TEST_F(RankReader, GivesARowForEachRankWithTheProcessesThatItForked) {
  const std::vector<RankTotal> ranks = read_ranks(run_);
  ASSERT_EQ(ranks.size(), 3U);
  EXPECT_EQ(ranks[0].rank, 0);
  EXPECT_EQ(ranks[0].pid, 501);
  EXPECT_EQ(ranks[0].host, "node0");
  EXPECT_EQ(ranks[0].ended, "exited");
  EXPECT_EQ(ranks[0].steps, 4);
  EXPECT_EQ(digits_of(ranks[0].model_flops), "40");
  EXPECT_EQ(ranks[0].faults, 0);
  EXPECT_EQ(ranks[1].rank, 1);
  EXPECT_EQ(ranks[1].pid, 502);
  EXPECT_EQ(ranks[1].processes, 2);
  EXPECT_EQ(ranks[1].steps, 3);
  EXPECT_EQ(digits_of(ranks[1].model_flops), "31");
  EXPECT_EQ(ranks[1].overhead_ns, 14);
  EXPECT_EQ(ranks[1].ended, "killed");
  EXPECT_EQ(ranks[1].faults, 2);  // one that it told, and its end
  EXPECT_FALSE(ranks[2].rank);    // what launched them
  EXPECT_FALSE(ranks[2].wall_per_step);
}

TEST_F(RankReader, SaysHowFarEachRankIsBehindTheFastestOfEachStep) {
  const std::vector<RankTotal> ranks = read_ranks(run_);
  EXPECT_EQ(ranks[0].step_wall_ns, 1000);
  EXPECT_EQ(ranks[0].wall_per_step->median, 200);
  EXPECT_EQ(ranks[0].wall_per_step->max, 400);
  EXPECT_EQ(ranks[0].behind_fastest_ns, 0);
  EXPECT_EQ(ranks[1].step_wall_ns, 850);
  EXPECT_EQ(ranks[1].wall_per_step->median, 200);
  EXPECT_EQ(ranks[1].wall_per_step->max, 500);
  EXPECT_EQ(ranks[1].behind_fastest_ns, 50 + 200);
}

TEST_F(RankReader, GivesGpuTimeAndExecutedFlopsWhereTheyAreKnown) {
  const std::vector<RankTotal> ranks = read_ranks(run_);
  EXPECT_EQ(ranks[0].gpu_ns, 60);
  EXPECT_EQ(ranks[0].steps_without_gpu_time, 2);
  EXPECT_EQ(digits_of(*ranks[0].executed_flops), "1400");  // 800 counted, 600 of the same signature
  EXPECT_EQ(ranks[0].executed_source, "extrapolated");
  EXPECT_EQ(ranks[0].steps_without_executed_flops, 2);
  EXPECT_FALSE(ranks[1].gpu_ns);
  EXPECT_FALSE(ranks[1].executed_flops);
}

TEST_F(RankReader, GivesTheWorldsOfMoreThanOneRankThatMadeSteps) {
  run_.execute("UPDATE process SET world = 'outer', rank = 1, world_size = 2 WHERE id = 4");
  const std::vector<World> worlds = read_worlds(run_);
  ASSERT_EQ(worlds.size(), 1U);
  EXPECT_EQ(worlds[0].name, "w");
  EXPECT_EQ(worlds[0].size, 4);
  ASSERT_EQ(worlds[0].ranks.size(), 2U);
  EXPECT_EQ(worlds[0].ranks[1].steps, 3);
  EXPECT_EQ(missing_ranks(worlds[0]), (std::vector<std::int64_t>{2, 3}));
}

TEST_F(RankReader, TellsMissingRanksAndThoseThatDisagreeInTheOverview) {
  end_run(run_, testing::kSampleBegan + 1'000'000, "exited", 0);
  std::string all;
  for (const Fault& fault : read_overview(run_).faults) all += fault.what + "; ";
  EXPECT_NE(all.find("ranks missing; "), std::string::npos) << all;
  EXPECT_NE(all.find("ranks disagree on steps; "), std::string::npos) << all;
}

TEST_F(RankReader, DoesNotBelieveAWorldOfMoreRanksThanThereAreMachines) {
  run_.execute("UPDATE process SET world_size = 9223372036854775807");
  EXPECT_TRUE(missing_ranks(read_worlds(run_).at(0)).empty());
}

TEST_F(RankReader, GivesARowForEachProcessOfRunsOfOlderSchemas) {
  run_.execute("PRAGMA user_version = 3; DROP VIEW rank_total");
  const std::vector<RankTotal> ranks = read_ranks(run_);
  ASSERT_EQ(ranks.size(), 4U);
  EXPECT_EQ(ranks[0].rank, 0);
  EXPECT_EQ(digits_of(ranks[0].model_flops), "40");
}

}  // namespace
}  // namespace flopprof::store
