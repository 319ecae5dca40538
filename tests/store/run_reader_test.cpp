#include "profiler/store/run_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "profiler/store/liveness.h"
#include "profiler/store/run_file.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

using testing::empty_run;
using testing::fill_sample;
using testing::TemporaryFolder;

std::string all_digits(const Database& run, const std::string& sql) {
  Statement statement = run.prepare(sql);
  return statement.step() ? std::string(statement.text(0)) : "no row";
}

bool has_fault(const RunOverview& run, const std::string& what) {
  for (const Fault& fault : run.faults) {
    if (fault.what == what) return true;
  }
  return false;
}

/// A process of this machine that wrote no end.
void add_process(Database& run, std::int64_t pid, std::int64_t start_ticks) {
  run.prepare(
         "INSERT INTO process VALUES (9, ?, 1, ?, ?, '[]', 1, 2, NULL, NULL, NULL, NULL, NULL,"
         " '2.5.0', '', '', 0, 0, 0)")
      .bind(0, pid)
      .bind(1, start_ticks)
      .bind(2, this_host())
      .run();
}

class RunReader : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  Database run_ = empty_run(folder_ / "run.db");
};

TEST_F(RunReader, TotalsAreTheViewsOfTheDatabase) {
  fill_sample(run_);
  const RunOverview run = read_overview(run_);
  EXPECT_EQ(digits_of(run.total.model_flops), "4000000004");
  EXPECT_EQ(all_digits(run_, "SELECT model_flops FROM run_total"), "4000000004");
  EXPECT_EQ(run.total.source, "extrapolated");
  EXPECT_EQ(run.total.steps, 5);
  EXPECT_EQ(run.total.observed_steps, 2);
  EXPECT_EQ(run.total.steps_without_flops, 1);
  EXPECT_EQ(run.total.step_wall_ns, 6'600'000'000);
}

TEST_F(RunReader, EvaluationAndWorkOutsideStepsStandByPhaseOnly) {
  fill_sample(run_);
  const RunOverview run = read_overview(run_);
  ASSERT_EQ(run.phases.size(), 4U);
  EXPECT_EQ(run.phases[0].phase, "forward");
  EXPECT_EQ(digits_of(run.phases[0].model_flops), "1200000004");
  EXPECT_EQ(run.phases[2].phase, "evaluation");
  EXPECT_EQ(digits_of(run.phases[2].model_flops), "300");
  EXPECT_EQ(run.phases[3].phase, "other");
  EXPECT_EQ(digits_of(run.phases[3].model_flops), "77");
}

TEST_F(RunReader, EvaluationInsideACountedStepIsNotScaled) {
  fill_sample(run_);
  run_.execute("INSERT INTO op_work VALUES (1, 1, 'evaluation', 1, 2, 0, 1, 0, 1000, 0, 0)");
  EXPECT_EQ(digits_of(read_overview(run_).phases[2].model_flops), "1300");
}

TEST_F(RunReader, TheIntervalHoldsTheUncountedStepsToTheLeastAndTheMostOfTheirClass) {
  fill_sample(run_);
  const RunOverview run = read_overview(run_);
  ASSERT_TRUE(run.interval);
  EXPECT_EQ(digits_of(run.interval->min), "4000000002");
  EXPECT_EQ(digits_of(run.interval->max), "4000000006");
}

TEST_F(RunReader, TheMedianOfAnEvenNumberOfStepsIsTheLowerMiddle) {
  fill_sample(run_);  // known: 1000000000, 1000000001, 1000000001, 1000000002
  const RunOverview run = read_overview(run_);
  EXPECT_EQ(digits_of(run.flops_per_step->median), "1000000001");
  EXPECT_EQ(digits_of(run.flops_per_step->min), "1000000000");
  EXPECT_EQ(digits_of(run.flops_per_step->max), "1000000002");
  EXPECT_EQ(run.wall_per_step->median, 1'200'000'000);
}

TEST_F(RunReader, NoDigitIsLostPast64Bits) {
  fill_sample(run_);
  run_.execute(
      "INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, 1, 0, 9223372036854775807, 0, 0),"
      " (1, 0, 'forward', 1, 2, 1, 1, 0, 9223372036854775807, 0, 0)");
  // 2 * 9223372036854775807 + 4000000004
  EXPECT_EQ(digits_of(read_overview(run_).total.model_flops), "18446744077709551618");
  EXPECT_EQ(digits_of(read_ops(run_).at(0).model_flops), "18446744074909551618");
}

TEST_F(RunReader, StepsOfAWorldAreSummedOverItsRanks) {
  fill_sample(run_);
  run_.execute(
      "INSERT INTO process SELECT 2, 4243, 4241, 100, host, command, started_at_ns,"
      " last_written_at_ns, ended_at_ns, 1, 1, 2, world, libtorch, cpu_name, step_source, 0, 0, 0"
      " FROM process WHERE id = 1;"
      "INSERT INTO step VALUES (2, 0, 0, 100000000, 1500000000, 9223372036854775807, 7)");
  set_steps_aside(run_, 1);
  std::vector<StepTotal> steps;
  each_step_set_aside(run_, [&](const StepTotal& step) { steps.push_back(step); });
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].ranks, 2);
  EXPECT_EQ(steps[0].wall_ns, 1'500'000'000);
  EXPECT_EQ(digits_of(*steps[0].model_flops), "9223372037854775807");
}

TEST_F(RunReader, AProcessThatIsGoneWithoutAnEndWasKilled) {
  add_process(run_, ::getpid(), 1);  // our pid, another start: the pid was used again
  const RunOverview run = read_overview(run_);
  EXPECT_EQ(run.ended, "killed");
  EXPECT_TRUE(has_fault(run, "process killed"));
}

TEST_F(RunReader, ALivingProcessIsARunningRun) {
  add_process(run_, ::getpid(), start_ticks_of(::getpid()).value());
  const RunOverview run = read_overview(run_);
  EXPECT_EQ(run.ended, "running");
  EXPECT_FALSE(has_fault(run, "process killed"));
}

TEST_F(RunReader, AnEndedRunThatNothingJoinedSaysNothingAttached) {
  end_run(run_, testing::kSampleBegan + 1, "exited", 0);
  EXPECT_TRUE(has_fault(read_overview(run_), "nothing attached"));
}

TEST_F(RunReader, ABudgetThatWasPassedIsAFault) {
  fill_sample(run_);
  EXPECT_FALSE(has_fault(read_overview(run_), "overhead above the budget"));
  run_.execute("UPDATE process SET overhead_ns = 200000000");  // of 9.8 s
  EXPECT_TRUE(has_fault(read_overview(run_), "overhead above the budget"));
}

}  // namespace
}  // namespace flopprof::store
