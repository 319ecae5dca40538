#include "profiler/capture/rank_variables.h"

#include <gtest/gtest.h>

#include <map>

namespace flopprof::capture {
namespace {

RankPlace place_in(const std::map<std::string, std::string>& variables) {
  return rank_place([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

TEST(RankPlace, OfTorchrunIsWhatItTellsItsWorkers) {
  const RankPlace place = place_in({{"RANK", "9"},
                                    {"LOCAL_RANK", "1"},
                                    {"WORLD_SIZE", "16"},
                                    {"TORCHELASTIC_RUN_ID", "none"},
                                    {"TORCHELASTIC_RESTART_COUNT", "0"},
                                    {"MASTER_ADDR", "node0"},
                                    {"MASTER_PORT", "29500"}});
  EXPECT_EQ(place.rank, 9);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.world_size, 16);
  EXPECT_EQ(place.world, "torchrun none node0:29500");
}

TEST(RankPlace, OfAJobThatTorchrunStartedAgainIsInAnotherWorld) {
  EXPECT_EQ(place_in({{"RANK", "0"},
                      {"WORLD_SIZE", "2"},
                      {"TORCHELASTIC_RESTART_COUNT", "1"},
                      {"MASTER_ADDR", "a"},
                      {"MASTER_PORT", "1"}})
                .world,
            "a:1 restart 1");
}

TEST(RankPlace, OfOpenMpiIsInTheWorldOfItsJob) {
  const RankPlace place = place_in({{"OMPI_COMM_WORLD_RANK", "3"},
                                    {"OMPI_COMM_WORLD_LOCAL_RANK", "3"},
                                    {"OMPI_COMM_WORLD_SIZE", "4"},
                                    {"PMIX_NAMESPACE", "1234"},
                                    {"PMIX_RANK", "3"}});
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.local_rank, 3);
  EXPECT_EQ(place.world_size, 4);
  EXPECT_EQ(place.world, "Open MPI 1234");
}

TEST(RankPlace, OfSrunIsInTheWorldOfItsStep) {
  const RankPlace place = place_in({{"SLURM_PROCID", "5"},
                                    {"SLURM_LOCALID", "1"},
                                    {"SLURM_NTASKS", "64"},
                                    {"SLURM_STEP_NUM_TASKS", "8"},
                                    {"SLURM_JOB_ID", "77"},
                                    {"SLURM_STEP_ID", "2"}});
  EXPECT_EQ(place.rank, 5);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.world_size, 8);
  EXPECT_EQ(place.world, "Slurm 77.2");
}

TEST(RankPlace, OfABatchScriptIsNone) {
  const RankPlace place =
      place_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_JOB_ID", "77"}});
  EXPECT_FALSE(place.rank);
  EXPECT_EQ(place.world, "");
}

TEST(RankPlace, OfPmiAloneIsInOneWorldWithTheOthers) {
  const RankPlace first = place_in({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}, {"PMI_ID", "0"}});
  const RankPlace second = place_in({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}, {"PMI_ID", "1"}});
  EXPECT_EQ(second.rank, 1);
  EXPECT_NE(first.world, "");
  EXPECT_EQ(first.world, second.world);
}

TEST(RankPlace, IsTheInnermostLaunchersWhereTwoAreThere) {
  const RankPlace place = place_in({{"RANK", "6"},
                                    {"WORLD_SIZE", "8"},
                                    {"MASTER_ADDR", "node0"},
                                    {"MASTER_PORT", "29500"},
                                    {"SLURM_PROCID", "1"},
                                    {"SLURM_NTASKS", "2"},
                                    {"SLURM_JOB_ID", "77"},
                                    {"SLURM_STEP_ID", "1"}});
  EXPECT_EQ(place.rank, 6);
  EXPECT_EQ(place.world_size, 8);
  EXPECT_EQ(place.world, "Slurm 77 node0:29500");
}

TEST(RankPlace, OfASingleProcessHasNoWorld) {
  const RankPlace place = place_in({{"RANK", "0"}, {"WORLD_SIZE", "1"}});
  EXPECT_EQ(place.rank, 0);
  EXPECT_EQ(place.world, "");
}

TEST(RankPlace, LeavesOutWhatIsNoNumber) {
  const RankPlace place = place_in({{"RANK", "first"}, {"WORLD_SIZE", "8 "}, {"PMI_RANK", "2"}});
  EXPECT_EQ(place.rank, 2);
  EXPECT_FALSE(place.world_size);
}

}  // namespace
}  // namespace flopprof::capture
