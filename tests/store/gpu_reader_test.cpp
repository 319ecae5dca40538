#include "profiler/store/gpu_reader.h"

#include <gtest/gtest.h>

#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

using testing::empty_run;
using testing::fill_gpu_sample;
using testing::fill_sample;
using testing::TemporaryFolder;

class GpuReader : public ::testing::Test {
 protected:
  void SetUp() override { fill_sample(run_); }
  TemporaryFolder folder_;
  Database run_ = empty_run(folder_ / "run.db");
};

TEST_F(GpuReader, TotalsLeaveOutTheStepsThatAreNotKnownAndSayHowMany) {
  fill_gpu_sample(run_);
  const RunOverview run = read_overview(run_);
  ASSERT_TRUE(run.gpu);
  EXPECT_EQ(run.gpu->gpu_ns, 1'300'000'000);
  EXPECT_EQ(run.gpu->kernel_ns, 1'600'000'000);
  EXPECT_EQ(run.gpu->kernels, 30);
  EXPECT_EQ(run.gpu->allocated_ns, 13'200'000'000);  // 6.6 s of steps on two devices
  EXPECT_EQ(run.gpu->steps_without_gpu_time, 2);
}

TEST_F(GpuReader, AStepThatRanNothingCountsAsOne) {
  fill_gpu_sample(run_);
  const RunOverview run = read_overview(run_);
  ASSERT_TRUE(run.gpu_per_step);
  EXPECT_EQ(run.gpu_per_step->min, 0);
  EXPECT_EQ(run.gpu_per_step->median, 600'000'000);
  EXPECT_EQ(run.gpu_per_step->max, 700'000'000);
}

TEST_F(GpuReader, DevicesAddUpToTheTotal) {
  fill_gpu_sample(run_);
  const auto gpus = read_gpus(run_);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].gpu_ns, 1'000'000'000);
  EXPECT_EQ(gpus[0].other_gpu_ns, 30'000'000);
  EXPECT_EQ(gpus[1].kernels, 10);
  EXPECT_EQ(gpus[1].gpu_ns, 300'000'000);
}

TEST_F(GpuReader, ADeviceThatTwoProcessesSeeIsOne) {
  fill_gpu_sample(run_);
  run_.execute(
      "INSERT INTO process SELECT 2, 4243, 4241, 100, host, command, started_at_ns,"
      " last_written_at_ns, ended_at_ns, 1, 1, 2, world, libtorch, cpu_name, step_source, 0, 0, 0"
      " FROM process WHERE id = 1;"
      "INSERT INTO gpu_device VALUES (2, 0, 'Example GPU', 'GPU-b');"
      "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns)"
      " VALUES (2, -1, 0, 1, 5, 5)");
  EXPECT_EQ(read_gpus(run_).size(), 2u);
}

TEST_F(GpuReader, KernelsStandByTheirTimeInSteps) {
  fill_gpu_sample(run_);
  const auto kernels = read_kernels(run_);
  ASSERT_EQ(kernels.size(), 2u);
  EXPECT_EQ(kernels[0].kernel, "gemm");
  EXPECT_EQ(kernels[1].launches, 10);
  EXPECT_EQ(kernels[1].other_launches, 3);
}

TEST_F(GpuReader, WithoutAGpuThereIsNoTotalRatherThanNought) {
  EXPECT_FALSE(read_overview(run_).gpu);
  EXPECT_FALSE(read_overview(run_).gpu_per_step);
}

TEST_F(GpuReader, ARunFromBeforeGpusWereKnownIsReadAsOneWithout) {
  run_.execute("DROP VIEW gpu_total; DROP VIEW device_total; DROP VIEW kernel_total");
  run_.execute("DROP VIEW executed_class_total; DROP VIEW op_gpu_total");
  run_.execute("PRAGMA user_version = 1");
  EXPECT_FALSE(read_overview(run_).gpu);
  EXPECT_TRUE(read_kernels(run_).empty());
  EXPECT_EQ(read_overview(run_).total.steps, 5);
}

}  // namespace
}  // namespace flopprof::store
