#include "profiler/store/rank_reader.h"

#include <gtest/gtest.h>

#include "profiler/store/liveness.h"
#include "profiler/store/run_reader.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

/// A world of four of which rank 2 is not there. Rank 0 made steps of 100, 200, 300 and 400 ns;
/// rank 1, with a loader of data beside it, steps of 150, 200 and 500 ns, and wrote no end.
class RankReader : public ::testing::Test {
 protected:
  RankReader() {
    run_.execute(R"sql(
      INSERT INTO process (id, pid, parent_pid, start_ticks, host, command, started_at_ns,
        last_written_at_ns, ended_at_ns, rank, local_rank, world_size, world, libtorch, cpu_name,
        step_source, callbacks, callback_ns, overhead_ns) VALUES
        (1, 501, 4, 1, 'node0', '[]', 0, 9, 9, 0, 0, 4, 'w', '2.5.0', '', 'optimizer', 0, 0, 7),
        (2, 502, 4, 1, 'node1', '[]', 0, 9, NULL, 1, 0, 4, 'w', '2.5.0', '', 'optimizer', 0, 0, 7),
        (3, 503, 502, 1, 'node1', '[]', 0, 9, 9, 1, 0, 4, 'w', '2.5.0', '', '', 0, 0, 7),
        (4, 4, 1, 1, 'node0', '[]', 0, 9, 9, NULL, NULL, NULL, NULL, '2.5.0', '', '', 0, 0, 7);
      INSERT INTO StringIds VALUES (1, ''), (2, 'aten::mm');
      INSERT INTO step VALUES (1, 0, 0, 0, 100, 10, 1), (1, 1, 0, 100, 200, 10, 1),
        (1, 2, 0, 300, 300, 10, 1), (1, 3, 0, 600, 400, 10, 1),
        (2, 0, 0, 0, 150, 10, 1), (2, 1, 0, 150, 200, 10, 1), (2, 2, 0, 350, 500, 10, 1);
      INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, 4, 0, 40, 0, 9),
        (2, 0, 'forward', 1, 2, 0, 3, 0, 30, 0, 9), (3, -1, 'evaluation', 1, 2, 0, 1, 0, 5, 0, 9),
        (3, 0, 'forward', 1, 2, 0, 1, 0, 1, 0, 9);
      INSERT INTO fault VALUES (3, 'odd', 1, 5, '', '');
      INSERT INTO step_launches VALUES (1, 0, 10, 1, 1), (1, 1, 10, 1, 2), (1, 2, 20, 1, 0),
        (1, 3, 30, 1, 0);
      INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES
        (1, 0, 0, 1, 30, 30);
      INSERT INTO executed_step (process, step, device, fp32_flops) VALUES (1, 1, 0, 800);
      INSERT INTO executed_signature VALUES (1, 10, 0, 1, 600, 1, 0, 0, 0);
    )sql");
  }
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
