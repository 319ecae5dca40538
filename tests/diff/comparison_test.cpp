#include "profiler/diff/comparison.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_run.h"

namespace flopprof::diff {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A run of `steps` steps of 100 FLOPs each that take about `wall_ns`.
class Comparing : public ::testing::Test {
 protected:
  RunSide run(const std::string& name, int steps, std::int64_t wall_ns, int flops = 100) {
    store::Database run = testing::empty_run(folder_ / name);
    run.execute(
        "INSERT INTO process VALUES (1, 1, 0, 1, 'h', '[]', 0, 9, 9, NULL, NULL, NULL, NULL, '2.5',"
        " 'CPU', 'optimizer', 0, 0, 0);"
        "INSERT INTO StringIds VALUES (1, ''), (2, 'aten::mm')");
    for (int step = 0; step < steps; ++step) {
      run.execute(fmt::format("INSERT INTO step VALUES (1, {}, 0, 0, {}, {}, 7)", step,
                              wall_ns + (step * 7) % 5, flops));
    }
    run.execute(
        fmt::format("INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, {}, 0, {}, 0, {})",
                    steps, steps * flops, steps * 50));
    change(run);
    store::end_run(run, testing::kSampleBegan + 1000, "exited", 0);
    return read_side(run);
  }
  static const Quantity& of(const std::vector<Quantity>& quantities, const std::string& key) {
    for (const Quantity& quantity : quantities) {
      if (quantity.key == key) return quantity;
    }
    throw std::out_of_range(key);
  }
  std::function<void(store::Database&)> change = [](store::Database&) {};
  testing::TemporaryFolder folder_;
};

TEST_F(Comparing, ARunIsEqualToItself) {
  const RunSide side = run("a.db", 20, 1000);
  const Comparison result = compare(side, side);
  EXPECT_EQ(of(result.totals, "model_flops").verdict, Verdict::kEqual);
  EXPECT_EQ(of(result.per_step, "wall_seconds").verdict, Verdict::kWithinNoise);
  EXPECT_THAT(grown(result, 0), IsEmpty());
}

TEST_F(Comparing, SumsOfRunsWithDifferentStepsAreComparedPerStep) {
  const Comparison result = compare(run("a.db", 20, 1000), run("b.db", 30, 1000));
  EXPECT_EQ(of(result.totals, "model_flops").verdict, Verdict::kEqual);
  EXPECT_EQ(of(result.totals, "model_flops").change, 0);
  EXPECT_EQ(std::get<Flops>(of(result.totals, "model_flops").b).count, 3000U);
  EXPECT_EQ(of(result.totals, "steps").verdict, Verdict::kDiffers);
  ASSERT_EQ(result.ops.size(), 1U);
  EXPECT_EQ(result.ops[0].work.verdict, Verdict::kEqual);
  EXPECT_NEAR(*result.ops[0].time.change, 0, 1e-12);
  EXPECT_THAT(result.notes, Contains(HasSubstr("A has 20 steps, B 30")));
}

TEST_F(Comparing, OneFlopMoreAStepIsADifference) {
  const Comparison result = compare(run("a.db", 20, 1000), run("b.db", 20, 1000, 101));
  EXPECT_EQ(of(result.totals, "model_flops").verdict, Verdict::kDiffers);
  EXPECT_NEAR(*of(result.totals, "model_flops").change, 0.01, 1e-12);
  EXPECT_EQ(result.phases[0].name, "forward");
  EXPECT_EQ(result.phases[0].work.verdict, Verdict::kDiffers);
  EXPECT_THAT(grown(result, 0.005), ElementsAre("model FLOPs per step grew by 1.00 %"));
  EXPECT_THAT(grown(result, 0.02), IsEmpty());
}

TEST_F(Comparing, SlowerStepsAreOutsideTheNoise) {
  const Comparison result = compare(run("a.db", 20, 1000), run("b.db", 20, 1100));
  const Quantity& wall = of(result.per_step, "wall_seconds");
  EXPECT_EQ(wall.verdict, Verdict::kOutsideNoise);
  EXPECT_NEAR(*wall.change, 1102.0 / 1002 - 1, 1e-12);
  EXPECT_THAT(grown(result, 0.05), ElementsAre("step time, median grew by 9.98 %"));
  EXPECT_THAT(grown(result, 0.10), IsEmpty());
}

TEST_F(Comparing, FasterStepsAreNoFailure) {
  const Comparison result = compare(run("a.db", 20, 1100), run("b.db", 20, 1000));
  EXPECT_EQ(of(result.per_step, "wall_seconds").verdict, Verdict::kOutsideNoise);
  EXPECT_THAT(grown(result, 0), IsEmpty());
}

TEST_F(Comparing, FourStepsAreTooFewToTell) {
  const Comparison result = compare(run("a.db", 4, 1000), run("b.db", 4, 9000));
  EXPECT_EQ(of(result.per_step, "wall_seconds").verdict, Verdict::kTooFewSteps);
  EXPECT_FALSE(of(result.per_step, "wall_seconds").p);
}

TEST_F(Comparing, WithoutStepsSumsAreComparedAsTheyAre) {
  const Comparison result = compare(run("a.db", 0, 1), run("b.db", 20, 1000));
  EXPECT_FALSE(result.in_steps);
  EXPECT_EQ(of(result.per_step, "wall_seconds").verdict, Verdict::kOnlyInB);
  EXPECT_THAT(result.notes, Contains(HasSubstr("A has no steps")));
}

TEST_F(Comparing, ARunWithoutAGpuIsNotComparedByIt) {
  const RunSide cpu = run("a.db", 20, 1000);
  change = [](store::Database& run) {
    run.execute(
        "INSERT INTO StringIds VALUES (6, 'gemm');"
        "INSERT INTO kernel_work VALUES (1, 6, 1, 20, 500)");
    for (int step = 0; step < 20; ++step) {
      run.execute(
          fmt::format("INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) "
                      "VALUES (1, {}, 0, 1, 25, 25)",
                      step));
    }
  };
  const RunSide gpu = run("b.db", 20, 1000);
  const Comparison result = compare(gpu, cpu);
  EXPECT_EQ(of(result.totals, "gpu_seconds").verdict, Verdict::kOnlyInA);
  EXPECT_EQ(of(result.per_step, "gpu_seconds").verdict, Verdict::kOnlyInA);
  ASSERT_EQ(result.kernels.size(), 1U);
  EXPECT_EQ(result.kernels[0].work.verdict, Verdict::kOnlyInA);
  EXPECT_THAT(result.notes, Contains(HasSubstr("B has no GPU work")));
  EXPECT_THAT(grown(result, 0.05), ElementsAre("GPU-seconds, median is known in A only"));
  EXPECT_EQ(of(compare(gpu, gpu).per_step, "gpu_seconds").verdict, Verdict::kWithinNoise);
}

TEST_F(Comparing, AnExtrapolatedDifferenceSaysSo) {
  change = [](store::Database& run) {
    run.execute(
        "UPDATE step SET step_class = 1, model_flops ="
        " CASE WHEN step < 10 THEN model_flops END;"
        "UPDATE op_work SET step_class = 1");
  };
  const RunSide extrapolated = run("a.db", 20, 1000);
  const Comparison result = compare(extrapolated, run("b.db", 20, 1000, 200));
  EXPECT_EQ(of(result.totals, "model_flops").verdict, Verdict::kDiffersExtrapolated);
}

TEST_F(Comparing, RunsWithNothingInCommonHaveNoVerdict) {
  change = [](store::Database& run) { run.execute("UPDATE process SET libtorch = NULL"); };
  EXPECT_TRUE(is_empty(compare(run("a.db", 0, 1), run("b.db", 20, 1000))));
  EXPECT_FALSE(is_empty(compare(run("c.db", 20, 1000), run("d.db", 20, 1000))));
}

}  // namespace
}  // namespace flopprof::diff
