#include <gtest/gtest.h>

#include <map>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

using testing::empty_run;
using testing::fill_executed_sample;
using testing::TemporaryFolder;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint64_t kT = 1'000'000'000'000;

class ExecutedReader : public ::testing::Test {
 protected:
  void SetUp() override { fill_executed_sample(run_); }
  std::vector<StepTotal> steps() {
    run_.execute("DROP TABLE IF EXISTS temp.set_aside");
    set_steps_aside(run_, 0);
    std::vector<StepTotal> steps;
    each_step_set_aside(run_, [&](const StepTotal& step) { steps.push_back(step); });
    return steps;
  }
  TemporaryFolder folder_;
  Database run_ = empty_run(folder_ / "run.db");
};

TEST_F(ExecutedReader, AStepHasItsOwnCountsAndTheMeansOfItsSignatureForTheRest) {
  const auto step = steps();
  ASSERT_EQ(step.size(), 9u);
  EXPECT_EQ(step[0].executed_flops, Flops{102 * kT});
  EXPECT_EQ(step[0].executed_source, "extrapolated");
  EXPECT_EQ(step[1].executed_flops, Flops{102 * kT});
  EXPECT_EQ(step[1].executed_source, "extrapolated");  // fp32 was not counted in it
  EXPECT_EQ(step[3].executed_flops, Flops{102'040'000'000'000});
  EXPECT_EQ(step[3].executed_source, "counted");
  EXPECT_EQ(step[5].executed_flops, Flops{167 * kT});
}

TEST_F(ExecutedReader, AStepThatNobodyLookedAtIsUnknownAndOneThatLaunchedNothingIsNought) {
  const auto step = steps();
  EXPECT_FALSE(step[7].executed_flops);
  EXPECT_EQ(step[7].executed_source, "none");
  EXPECT_EQ(step[8].executed_flops, Flops{0});
  EXPECT_EQ(step[8].executed_source, "counted");
}

TEST_F(ExecutedReader, OnlyMeansOfDataDependentWorkHaveAMargin) {
  const auto step = steps();
  EXPECT_EQ(step[0].executed_margin95, Flops{0});
  EXPECT_EQ(step[4].executed_flops, Flops{164 * kT});
  EXPECT_EQ(step[4].executed_margin95, Flops{8 * kT});
  EXPECT_EQ(step[5].executed_margin95, Flops{0});  // its own counts
}

TEST_F(ExecutedReader, AClassThatWasNotCountedOnOneDeviceLeavesTheStepUnknown) {
  run_.execute(
      "UPDATE executed_signature SET flops = NULL WHERE signature = 10 AND device = 1 AND"
      " flop_class = 1");
  const auto step = steps();
  EXPECT_FALSE(step[0].executed_flops);
  EXPECT_FALSE(step[1].executed_flops);
  EXPECT_EQ(step[3].executed_flops, Flops{102'040'000'000'000});  // it counted the class itself
  EXPECT_EQ(read_overview(run_).gpu->executed.steps_without, 4);
}

TEST_F(ExecutedReader, TotalsAreOfTheKnownStepsAndSayHowManyAreLeftOut) {
  const ExecutedTotal total = read_overview(run_).gpu.value().executed;
  EXPECT_EQ(total.flops, Flops{903'040'000'000'000});
  EXPECT_EQ(total.source, "extrapolated");
  EXPECT_EQ(total.counted_steps, 2);
  EXPECT_EQ(total.extrapolated_steps, 6);
  EXPECT_EQ(total.steps_without, 1);
  EXPECT_EQ(total.executed_wall_ns, 8'000 * kMs);
  EXPECT_EQ(total.wall_ns, 9'000 * kMs);
}

TEST_F(ExecutedReader, ModelFlopsAreComparedOverTheSameSteps) {
  const ExecutedTotal total = read_overview(run_).gpu.value().executed;
  EXPECT_EQ(total.compared_steps, 8);
  EXPECT_EQ(total.compared_model, Flops{880 * kT});  // without step 7
  EXPECT_EQ(total.compared_executed, Flops{903'040'000'000'000});
}

TEST_F(ExecutedReader, AnIntervalIsTheSumOfTheMargins) {
  const ExecutedTotal total = read_overview(run_).gpu.value().executed;
  EXPECT_TRUE(total.is_interval);
  EXPECT_EQ(total.min, Flops{887'040'000'000'000});  // 16 T less: steps 4 and 6
  EXPECT_EQ(total.max, Flops{919'040'000'000'000});
}

TEST_F(ExecutedReader, WorkOutsideStepsStandsApart) {
  const ExecutedTotal total = read_overview(run_).gpu.value().executed;
  EXPECT_EQ(total.other_flops, Flops{204 * kT});
  EXPECT_EQ(total.other_intervals_without, 1);
}

TEST_F(ExecutedReader, ClassesAddUpToTheTotal) {
  const auto classes = read_classes(run_);
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes[0].flop_class, "tensor_bf16");
  EXPECT_EQ(classes[0].executed_flops, Flops{883'010'000'000'000});
  EXPECT_EQ(classes[0].counted_steps, 3);
  EXPECT_EQ(classes[0].extrapolated_steps, 4);
  EXPECT_EQ(classes[0].steps_without, 1);
  EXPECT_EQ(classes[0].margin95, Flops{16 * kT});
  EXPECT_EQ(classes[0].other_flops, Flops{200 * kT});
  EXPECT_EQ(classes[1].flop_class, "fp32");
  EXPECT_EQ(classes[1].executed_flops, Flops{20'030'000'000'000});
  EXPECT_EQ(classes[1].counted_steps, 1);
  EXPECT_EQ(classes[1].source, "extrapolated");
}

TEST_F(ExecutedReader, DevicesAddUpToTheTotal) {
  const auto gpus = read_gpus(run_);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].executed_flops, Flops{454'040'000'000'000});  // 200.01 + 4.03 + 244 + 6
  EXPECT_EQ(gpus[1].executed_flops, Flops{449 * kT});
  EXPECT_EQ(gpus[1].executed_source, "extrapolated");
  run_.execute(
      "UPDATE executed_signature SET flops = NULL WHERE signature = 20 AND device = 1 AND"
      " flop_class = 1");
  EXPECT_EQ(read_gpus(run_)[1].executed_flops, Flops{204 * kT});  // of steps 0 to 3
}

TEST_F(ExecutedReader, DevicesOfWhichNoUuidIsKnownAreApartByProcess) {
  run_.execute(
      "UPDATE gpu_device SET uuid = '';"
      "INSERT INTO process SELECT 2, 4243, 4241, 100, host, command, started_at_ns,"
      " last_written_at_ns, ended_at_ns, 1, 1, 2, world, libtorch, cpu_name, step_source, 0,"
      " 0, 0 FROM process WHERE id = 1;"
      "INSERT INTO executed_signature VALUES (2, 10, 0, 1, 7, 1, 0, 0, 0);"
      "INSERT INTO step_launches VALUES (2, 0, 10, 1, 0)");
  const auto gpus = read_gpus(run_);
  ASSERT_EQ(gpus.size(), 3u);
  EXPECT_EQ(gpus[0].executed_flops, Flops{454'040'000'000'000});
  EXPECT_EQ(gpus[1].executed_flops, Flops{7});
}

TEST_F(ExecutedReader, WhereEveryStepWasCountedTheSourceIsCounted) {
  run_.execute(
      "DELETE FROM step WHERE step NOT IN (3, 8);"
      "DELETE FROM step_launches WHERE step NOT IN (3, 8)");
  EXPECT_EQ(read_overview(run_).gpu->executed.source, "counted");
  EXPECT_EQ(read_classes(run_).at(0).source, "counted");
  EXPECT_EQ(read_overview(run_).gpu->executed.steps_without, 0);
}

TEST_F(ExecutedReader, SumsBeyond64BitsKeepTheirLastDigit) {
  run_.execute("UPDATE executed_signature SET flops = 9223372036854775807, margin95_flops = 0");
  run_.execute("DELETE FROM executed_step");
  // 7 steps of 4 counts of 2^63 - 1
  EXPECT_EQ(digits_of(read_overview(run_).gpu->executed.flops.value()), "258254417031933722596");
  EXPECT_EQ(digits_of(steps().at(0).executed_flops.value()), "36893488147419103228");
  EXPECT_EQ(digits_of(read_classes(run_).at(0).executed_flops.value()), "129127208515966861298");
}

TEST_F(ExecutedReader, AStepThatWasNotTracedTakesItsTimeFromTracedStepsOfItsSignature) {
  const auto step = steps();
  EXPECT_EQ(step[0].gpu_ns, 700 * kMs);
  EXPECT_EQ(step[0].gpu_source, "measured");
  EXPECT_EQ(step[3].gpu_ns, 700 * kMs);
  EXPECT_EQ(step[3].gpu_source, "extrapolated");
  EXPECT_EQ(step[6].gpu_ns, 600 * kMs);
  EXPECT_FALSE(step[7].gpu_ns);
  EXPECT_EQ(step[7].gpu_source, "none");
  EXPECT_EQ(step[8].gpu_ns, 0);
}

TEST_F(ExecutedReader, AStepWithWholeGraphsHasItsOwnTimeAndTheKernelsOfStepsLikeIt) {
  const GpuTotal before = read_overview(run_).gpu.value();
  // Step 1 is traced as step 0 is, but for its graphs: 750 ms with what lies between their nodes.
  run_.execute(
      "UPDATE step_launches SET look = 1 WHERE step = 1;"
      "INSERT INTO gpu_step VALUES (1, 1, 0, 2, 5000000, 750000000, 0, 0, 0, 3, 740000000)");
  const auto step = steps();
  EXPECT_EQ(step[1].gpu_ns, 750 * kMs);
  EXPECT_EQ(step[1].gpu_source, "measured");
  const GpuTotal total = read_overview(run_).gpu.value();
  EXPECT_EQ(total.kernel_ns, before.kernel_ns);
  EXPECT_EQ(total.kernels, before.kernels);
  EXPECT_EQ(total.copied_bytes, before.copied_bytes);
  EXPECT_EQ(total.traced_kernel_ns, before.traced_kernel_ns);
  EXPECT_EQ(total.steps_with_whole_graphs, 1);
  EXPECT_EQ(total.steps_without_kernels, 0);
}

TEST_F(ExecutedReader, StepsOfWhichNoneWasTracedKernelByKernelAreLeftOutOfKernels) {
  run_.execute("UPDATE gpu_step SET graphs = 1, graph_ns = 1 WHERE step = 0");
  const GpuTotal total = read_overview(run_).gpu.value();
  EXPECT_EQ(total.gpu_ns, 4'600 * kMs);
  EXPECT_EQ(total.steps_with_whole_graphs, 1);
  EXPECT_EQ(total.steps_without_kernels, 4);  // 0 to 3 launched the same
}

TEST_F(ExecutedReader, GpuTotalsSayHowMuchOfThemIsExtrapolated) {
  const GpuTotal total = read_overview(run_).gpu.value();
  EXPECT_EQ(total.gpu_ns, 4'600 * kMs);
  EXPECT_EQ(total.extrapolated_gpu_ns, 3'300 * kMs);
  EXPECT_EQ(total.kernel_ns, 6'100 * kMs);
  EXPECT_EQ(total.traced_kernel_ns, 1'700 * kMs);
  EXPECT_EQ(total.kernels, 98);
  EXPECT_EQ(total.copied_bytes, 4'000);
  EXPECT_EQ(total.allocated_ns, 18'000 * kMs);
  EXPECT_EQ(total.steps_without_gpu_time, 1);
  EXPECT_EQ(total.steps_with_extrapolated_gpu_time, 5);
  const auto gpus = read_gpus(run_);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].gpu_ns, 3'400 * kMs);
  EXPECT_EQ(gpus[0].extrapolated_gpu_ns, 2'400 * kMs);
  EXPECT_EQ(gpus[1].gpu_ns, 1'200 * kMs);
}

TEST_F(ExecutedReader, ATracedStepWithoutAllItsRecordsIsUnknownAndNoExampleForOthers) {
  run_.execute(
      "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns) VALUES (1, 4, -1, 0, 0)");
  const auto step = steps();
  EXPECT_FALSE(step[4].gpu_ns);
  EXPECT_FALSE(step[5].gpu_ns);
}

TEST_F(ExecutedReader, SpreadsHoldTheKnownSteps) {
  const RunOverview run = read_overview(run_);
  ASSERT_TRUE(run.executed_per_step && run.gpu_per_step);
  EXPECT_EQ(run.executed_per_step->min, Flops{0});
  EXPECT_EQ(run.executed_per_step->median, Flops{102 * kT});
  EXPECT_EQ(run.executed_per_step->max, Flops{167 * kT});
  EXPECT_EQ(run.gpu_per_step->median, 600 * kMs);
}

TEST_F(ExecutedReader, RanksOfAWorldAddUp) {
  run_.execute(R"sql(
    INSERT INTO process SELECT 2, 4243, 4241, 100, host, command, started_at_ns,
      last_written_at_ns, ended_at_ns, 1, 1, 2, world, libtorch, cpu_name, step_source, 0, 0, 0
      FROM process WHERE id = 1;
    INSERT INTO step SELECT 2, step, step_class, began_after_ns, wall_ns, model_flops, signature
      FROM step WHERE step < 8;
    INSERT INTO step_launches SELECT 2, step, signature, launches, 0 FROM step_launches
      WHERE step < 7;
    INSERT INTO executed_signature SELECT 2, signature, device, flop_class, flops, 1, 0, 0, 0
      FROM executed_signature WHERE process = 1;
  )sql");
  const auto step = steps();
  ASSERT_EQ(step.size(), 9u);
  EXPECT_EQ(step[3].executed_flops, Flops{204'040'000'000'000});
  EXPECT_EQ(step[3].executed_source, "extrapolated");
  EXPECT_EQ(step[4].executed_margin95, Flops{8 * kT});
  EXPECT_FALSE(step[7].executed_flops);
}

TEST_F(ExecutedReader, OperatorsHaveWhatTheyLaunchedInTrainingAndBeside) {
  const auto ops = read_gpu_ops(run_);
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[0].op, "aten::mm");
  EXPECT_EQ(ops[0].kernel_ns, 1'500 * kMs);
  EXPECT_EQ(ops[1].op, "");
  EXPECT_EQ(ops[1].kernel_ns, 200 * kMs);
  EXPECT_EQ(ops[1].other_kernel_ns, 30 * kMs);
}

TEST_F(ExecutedReader, TrainingPhasesOutsideStepsAreOtherWork) {
  run_.execute("UPDATE op_gpu_work SET in_steps = 0 WHERE phase = 'backward'");
  std::map<std::string, std::int64_t> kernel_ns;
  for (const auto& phase : read_gpu_phases(run_)) kernel_ns[phase.phase] = phase.kernel_ns;
  EXPECT_EQ(kernel_ns,
            (std::map<std::string, std::int64_t>{
                {"forward", 500 * kMs}, {"optimizer", 200 * kMs}, {"other", 1'030 * kMs}}));
}

TEST_F(ExecutedReader, NotesSayWhatIsExtrapolatedLeftOutAndAnInterval) {
  const auto notes = read_overview(run_).notes;
  ASSERT_EQ(notes.size(), 5u);
  EXPECT_EQ(notes[0].find("GPU-seconds of 5 of 9 steps are"), 0u);
  EXPECT_EQ(notes[2].find("executed FLOPs leave 1 of 9 steps out"), 0u);
  EXPECT_EQ(notes[3].find("executed FLOPs are an interval"), 0u);
  EXPECT_EQ(notes[4].find("executed FLOPs are not told apart"), 0u);
}

}  // namespace
}  // namespace flopprof::store
