#include "profiler/store/run_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

class RunWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("flopprof_writer_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path path() const { return folder_ / "run.db"; }
  RunWriter writer(const std::string& run_id = "one") const {
    return {path(), RunInfo{.run_id = run_id}, ProcessInfo{.pid = 42, .cpu_name = "cpu"}};
  }
  static std::int64_t number(const Database& run, const std::string& query) {
    Statement statement = run.prepare(query);
    return statement.step() ? statement.integer(0) : -1;
  }

  std::filesystem::path folder_;
};

Drained one_step(std::int64_t number, std::int64_t flops) {
  Drained drained;
  drained.steps.push_back({.number = number, .wall_ns = 5, .model_flops = flops, .signature = 1});
  OpWork row{.op = "aten::mm", .phase = Phase::kForward};
  row.calls = number + 1;
  row.model_flops = flops * (number + 1);
  drained.work.push_back(row);
  return drained;
}

TEST_F(RunWriterTest, MakesTheFileWhenItIsTheFirstProcess) {
  RunWriter one = writer();
  one.write(one_step(0, 240));
  const Database run = open_run(path());
  EXPECT_EQ(number(run, "SELECT model_flops FROM run_total"), 240);
  EXPECT_EQ(number(run, "SELECT pid FROM process"), 42);
}

TEST_F(RunWriterTest, WritesRunningSumsOverTheOldOnes) {
  RunWriter one = writer();
  one.write(one_step(0, 240));
  one.write(one_step(1, 240));
  const Database run = open_run(path());
  EXPECT_EQ(number(run, "SELECT model_flops FROM run_total"), 480);
  EXPECT_EQ(number(run, "SELECT steps FROM run_total"), 2);
  EXPECT_EQ(number(run, "SELECT count(*) FROM op_work"), 1);
}

TEST_F(RunWriterTest, LetsTwoProcessesOfOneRunShareTheFile) {
  RunWriter one = writer();
  RunWriter two = writer();
  one.write(one_step(0, 240));
  two.write(one_step(0, 240));
  EXPECT_EQ(number(open_run(path()), "SELECT model_flops FROM run_total"), 480);
}

TEST_F(RunWriterTest, GoesBesideAFileThatHoldsAnotherRun) {
  RunWriter other = writer("other");
  other.write(one_step(0, 1));
  RunWriter mine = writer("mine");
  mine.write(one_step(0, 240));
  EXPECT_EQ(mine.path().filename(), "run.mine.db");
  EXPECT_EQ(number(open_run(path()), "SELECT model_flops FROM run_total"), 1);
  EXPECT_EQ(number(open_run(mine.path()), "SELECT model_flops FROM run_total"), 240);
  EXPECT_EQ(number(open_run(mine.path()), "SELECT count(*) FROM fault WHERE what = 'run.db taken'"),
            1);
}

TEST_F(RunWriterTest, KeepsWhatItCouldNotWriteForTheNextTry) {
  RunWriter one = writer();
  std::filesystem::remove_all(folder_);
  EXPECT_THROW(one.write(one_step(0, 240)), DatabaseError);
  std::filesystem::create_directories(folder_);
  one.write(one_step(1, 240));
  const Database run = open_run(path());
  EXPECT_EQ(number(run, "SELECT steps FROM run_total"), 2);
  EXPECT_EQ(number(run, "SELECT model_flops FROM run_total"), 480);
}

TEST_F(RunWriterTest, SaysThatTheFileWasRemovedUnderIt) {
  RunWriter one = writer();
  one.write(one_step(0, 240));
  std::filesystem::remove(path());
  one.write(one_step(1, 240));
  EXPECT_EQ(number(open_run(path()), "SELECT count(*) FROM fault WHERE what = 'run.db taken'"), 1);
}

TEST_F(RunWriterTest, GrowsWithStepsAndKernelsNotWithLaunches) {
  RunWriter one = writer();
  for (std::int64_t step = 0; step < 3; ++step) {
    Drained drained;
    drained.gpu_steps = {
        {.step = step, .device = 0, .kernels = 1000, .kernel_ns = 90, .busy_ns = 80}};
    drained.kernels = {
        {.kernel = "gemm", .launches = 1000 * (step + 1), .kernel_ns = 90 * (step + 1)}};
    drained.devices = {{.device = 0, .name = "Example GPU", .uuid = "GPU-a"}};
    one.write(std::move(drained));
  }
  const Database run = open_run(path());
  EXPECT_EQ(number(run, "SELECT count(*) FROM gpu_step"), 3);
  EXPECT_EQ(number(run, "SELECT count(*) FROM kernel_work"), 1);
  EXPECT_EQ(number(run, "SELECT count(*) FROM gpu_device"), 1);
  EXPECT_EQ(number(run, "SELECT launches FROM kernel_total"), 3000);
  EXPECT_EQ(number(run, "SELECT gpu_ns FROM gpu_total"), 240);
}

TEST_F(RunWriterTest, GrowsByAtMost150BytesAStepOnAGpu) {
  RunWriter one = writer();
  one.write(one_step(0, 240));
  const auto before = std::filesystem::file_size(path());
  Drained many;
  for (std::int64_t i = 1; i <= 100'000; ++i) {
    many.steps.push_back(
        {.number = i, .wall_ns = 1'234'567'890, .model_flops = 123'456'789'012'345});
    many.gpu_steps.push_back({.step = i,
                              .device = 0,
                              .kernels = 1000,
                              .kernel_ns = 1'234'567'890,
                              .busy_ns = 1'234'567'890});
  }
  one.write(std::move(many));
  EXPECT_LE((std::filesystem::file_size(path()) - before) / 100'000, 150u);
}

TEST_F(RunWriterTest, TakesAStepsGpuTimeBackWhenARecordCameLate) {
  RunWriter one = writer();
  Drained drained = one_step(0, 240);
  drained.gpu_steps = {{.step = 0, .device = 0, .kernels = 1, .kernel_ns = 9, .busy_ns = 8}};
  one.write(std::move(drained));
  Drained late;
  late.gpu_steps = {{.step = 0}};
  one.write(std::move(late));
  const Database run = open_run(path());
  EXPECT_EQ(number(run, "SELECT gpu_ns FROM gpu_total"), 0);
  EXPECT_EQ(number(run, "SELECT steps_without_gpu_time FROM gpu_total"), 1);
}

TEST_F(RunWriterTest, GrowsByAtMost64BytesAStep) {
  RunWriter one = writer();
  one.write(one_step(0, 240));
  const auto before = std::filesystem::file_size(path());
  Drained many;
  for (std::int64_t i = 1; i <= 100'000; ++i) {
    many.steps.push_back({.number = i,
                          .step_class = 0,
                          .began_after_ns = i * 1'000'000'000,
                          .wall_ns = 1'234'567'890,
                          .model_flops = 123'456'789'012'345,
                          .signature = 0x7fffffff});
  }
  one.write(std::move(many));
  EXPECT_LE((std::filesystem::file_size(path()) - before) / 100'000, 64u);
}

TEST_F(RunWriterTest, TakesHostileNamesAsTheyAre) {
  RunWriter one = writer();
  Drained drained;
  OpWork row{.op = "my\"op'; DROP TABLE step;--\n" + std::string(10'000, 'x'),
             .phase = Phase::kOther};
  row.calls = 1;
  row.step_class = kOutsideSteps;
  drained.work.push_back(row);
  one.write(std::move(drained));
  const Database run = open_run(path());
  Statement op = run.prepare("SELECT op FROM op_total");
  ASSERT_TRUE(op.step());
  EXPECT_EQ(op.text(0), row.op);
}

}  // namespace
}  // namespace flopprof::store
