#include "profiler/to_accuracy/target_run.h"

#include <gtest/gtest.h>

#include "profiler/to_accuracy/target_position.h"
#include "tests/to_accuracy/toy_run.h"

namespace flopprof::to_accuracy {
namespace {

TEST(WorkToStep, SumsTheStepsUpToTheTargetAndLeavesEvaluationOut) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  const auto database = make_run(path, {.steps = 10, .flops = 7, .evaluation_flops = 1000});
  const TrainingRun run = read_training(database, path);
  const WorkToStep work = work_to_step(database, run, 4);
  EXPECT_EQ(work.flops.digits(), "28");
  EXPECT_EQ(work.source, "modelled");
  EXPECT_DOUBLE_EQ(work.wall_seconds, 4.0);
  EXPECT_EQ(run.steps, 10);
  EXPECT_EQ(run.flops.digits(), "70");
  ASSERT_EQ(run.excluded.size(), 1u);
  EXPECT_EQ(run.excluded[0].what, "evaluation");
  EXPECT_EQ(run.excluded[0].flops.digits(), "1000");
}

TEST(WorkToStep, IsExactBeyond64Bits) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  const auto database = make_run(path, {.steps = 5, .flops = 9000000000000000001});
  EXPECT_EQ(work_to_step(database, read_training(database, path), 5).flops.digits(),
            "45000000000000000005");
}

TEST(ReadTraining, TakesTheProcessWithMostStepsAndShowsTheOther) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  auto database = make_run(path, {.steps = 10, .flops = 7});
  insert_process(database, 2);
  for (int step = 0; step < 3; ++step) insert_step(database, 2, step, 100);
  const TrainingRun run = read_training(database, path);
  EXPECT_EQ(run.flops.digits(), "70");
  ASSERT_EQ(run.excluded.size(), 1u);
  EXPECT_EQ(run.excluded[0].what, "steps of process 2 (3)");
  EXPECT_EQ(run.excluded[0].flops.digits(), "300");
}

TEST(ReadTraining, RefusesARunWithoutTrainingSteps) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  const auto database = make_run(path, {});
  EXPECT_THROW(read_training(database, path), TargetError);
}

TEST(WorkToStep, SumsTheGpuSecondsOfTheSteps) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  auto database = make_run(path, {.steps = 3, .flops = 5});
  const TrainingRun run = read_training(database, path);
  EXPECT_FALSE(work_to_step(database, run, 3).gpu_seconds) << "a run without a GPU";
  database.execute(
      "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES (1, 0, 0, "
      "9, 700000000, 500000000)");
  database.execute(
      "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES (1, 0, 1, "
      "9, 400000000, 250000000)");
  database.execute(
      "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES (1, 1, 0, "
      "9, 700000000, 500000000)");
  const WorkToStep two = work_to_step(database, run, 2);
  EXPECT_DOUBLE_EQ(two.whole_gpu_seconds().value(), 1.25);
  const WorkToStep three = work_to_step(database, run, 3);
  EXPECT_DOUBLE_EQ(three.gpu_seconds.value(), 1.25);
  EXPECT_EQ(three.steps_without_gpu_time, 1);
  EXPECT_FALSE(three.whole_gpu_seconds()) << "the third step's is not known";
}

TEST(WorkToStep, CountsTheStepsThatHaveNoFlops) {
  const TemporaryFolder folder;
  const auto path = folder / "run.db";
  auto database = make_run(path, {.steps = 3, .flops = 5});
  database.execute("INSERT INTO step VALUES (1, 3, 4, 0, 1000000000, NULL, NULL)");
  const WorkToStep work = work_to_step(database, read_training(database, path), 4);
  EXPECT_EQ(work.steps_without_flops, 1);
  EXPECT_EQ(work.flops.digits(), "15");
}

TEST(CheckSameModel, RefusesRunsOfDifferentModelsAsSeeds) {
  const TemporaryFolder folder;
  const auto a = read_training(make_run(folder / "a.db", {.steps = 4, .flops = 1000}), "a.db");
  const auto same = read_training(make_run(folder / "b.db", {.steps = 6, .flops = 1005}), "b.db");
  const auto wider = read_training(make_run(folder / "c.db", {.steps = 4, .flops = 2000}), "c.db");
  const auto other = read_training(
      make_run(folder / "d.db", {.steps = 4, .flops = 1000, .op = "aten::bmm"}), "d.db");
  EXPECT_NO_THROW(check_same_model({a, same}));
  EXPECT_THROW(check_same_model({a, wider}), TargetError);
  EXPECT_THROW(check_same_model({a, other}), TargetError);
}

}  // namespace
}  // namespace flopprof::to_accuracy
