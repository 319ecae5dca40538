#include "profiler/views/utilisation.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kT = 1'000'000'000'000;

/// Ten seconds of steps on two H100 SXM5, whose data sheet says 989.4 TFLOP/s in tensor_bf16 and
/// 66.9 in fp32: at most 19,788 TFLOP. Model FLOPs a tenth of that, executed ones a fifth.
RunOverview sample() {
  RunOverview run;
  run.total = {.steps = 10, .model_flops = {1'978'800'000'000'000}, .source = "modelled"};
  run.gpus = {{.name = "NVIDIA H100 80GB HBM3"}, {.device = 1, .name = "NVIDIA H100 80GB HBM3"}};
  run.classes = {{.flop_class = "fp32", .executed_flops = Flops{669 * kT / 10}},
                 {.flop_class = "tensor_bf16", .executed_flops = Flops{38'907 * kT / 10}},
                 {.flop_class = "tensor_fp8", .executed_flops = Flops{0}}};
  run.gpu = GpuTotal{.allocated_ns = 20 * kSecond};
  run.gpu->executed = {.flops = Flops{3'957'600'000'000'000},
                       .source = "counted",
                       .wall_ns = 10 * kSecond,
                       .executed_wall_ns = 10 * kSecond,
                       .model_wall_ns = 10 * kSecond};
  return run;
}

TEST(UtilisationOf, IsOfThePeakOfTheClassInWhichMostWasExecuted) {
  const Utilisation found = utilisation_of(sample(), {});
  EXPECT_EQ(found.peak_class, "tensor_bf16");
  EXPECT_DOUBLE_EQ(found.peak, 989.4e12);
  EXPECT_EQ(found.peak_source, "data sheet: NVIDIA H100 white paper table 3");
  ASSERT_TRUE(found.mfu && found.hfu);
  EXPECT_NEAR(*found.mfu, 0.1, 1e-12);
  EXPECT_NEAR(*found.hfu, 0.2, 1e-12);
}

TEST(UtilisationOf, IsOfThePeaksThatWereMeasuredOfAGpuWhereThereAreSome) {
  RunOverview run = sample();
  run.gpus[0].uuid = "GPU-1";
  run.gpus[1].uuid = "GPU-2";
  const DevicePeaks measured{.by_class = {{"tensor_bf16", 800e12}},
                             .source = "measured by flopprof calibrate, 2026-01-31"};
  const Utilisation both = utilisation_of(run, {}, {{"GPU-1", measured}, {"GPU-2", measured}});
  EXPECT_EQ(both.peak, 800e12);
  EXPECT_EQ(both.peak_source, "measured by flopprof calibrate, 2026-01-31");
  EXPECT_NEAR(both.hfu.value(), 0.2 * 989.4 / 800, 1e-12);
  EXPECT_EQ(utilisation_of(run, {}, {{"GPU-2", measured}}).peak, (989.4e12 + 800e12) / 2);
}

TEST(UtilisationOf, EachClassAtItsOwnPeakStandsBesideIt) {
  const Utilisation found = utilisation_of(sample(), {});
  // 66.9 / 66.9 + 3890.7 / 989.4 = 1 + 3.93238... seconds of 20
  ASSERT_TRUE(found.peak_time_share);
  EXPECT_NEAR(*found.peak_time_share, 0.246619, 1e-6);
}

TEST(UtilisationOf, EachIsOverTheTimeOfTheStepsThatItKnows) {
  RunOverview run = sample();
  run.gpu->executed.executed_wall_ns = 5 * kSecond;
  run.gpu->executed.steps_without = 5;
  run.gpu->executed.model_wall_ns = 8 * kSecond;
  const Utilisation found = utilisation_of(run, {});
  EXPECT_NEAR(found.mfu.value(), 0.125, 1e-12);
  EXPECT_NEAR(found.hfu.value(), 0.4, 1e-12);
  EXPECT_FALSE(found.peak_time_share);
}

TEST(UtilisationOf, AClassThatIsAskedForDecides) {
  const Utilisation found = utilisation_of(sample(), FlopClass::kTensorFp8);
  EXPECT_DOUBLE_EQ(found.peak, 1978.9e12);
  EXPECT_NEAR(found.mfu.value(), 0.1 * 989.4 / 1978.9, 1e-12);
}

TEST(UtilisationOf, WithoutExecutedFlopsTheRemedyIsToNameTheClass) {
  RunOverview run = sample();
  run.classes.clear();
  run.gpu->executed.flops.reset();
  const Utilisation found = utilisation_of(run, {});
  EXPECT_FALSE(found.mfu);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_NE(found.notes[0].find("--peak"), std::string::npos);
  EXPECT_NEAR(utilisation_of(run, FlopClass::kTensorBf16).mfu.value(), 0.1, 1e-12);
  EXPECT_FALSE(utilisation_of(run, FlopClass::kTensorBf16).hfu);
}

TEST(UtilisationOf, AnUnknownCardHasNoPeakAndSaysSo) {
  RunOverview run = sample();
  run.gpus[1].name = "Example GPU";
  const Utilisation found = utilisation_of(run, {});
  EXPECT_FALSE(found.mfu || found.hfu);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_EQ(found.notes[0], "no MFU and HFU: the peak of Example GPU is unknown");
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_DOUBLE_EQ(found.devices[0].by_class.at("tensor_bf16"), 989.4e12);
  EXPECT_TRUE(found.devices[1].by_class.empty());
  EXPECT_EQ(found.devices[1].source, "peak unknown");
}

TEST(UtilisationOf, AClassThatTheDataSheetLeavesOutHasNoPeak) {
  const Utilisation found = utilisation_of(sample(), FlopClass::kTensorFp4);
  EXPECT_FALSE(found.mfu);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_NE(found.notes[0].find("no peak in tensor_fp4"), std::string::npos);
}

TEST(UtilisationOf, DevicesOfTwoKindsCountByTheirMean) {
  RunOverview run = sample();
  run.gpus[1].name = "NVIDIA A100-SXM4-40GB";  // 312 TFLOP/s
  EXPECT_DOUBLE_EQ(utilisation_of(run, {}).peak, (989.4e12 + 312e12) / 2);
}

TEST(UtilisationOf, MoreThanThePeakIsToldAsAMistake) {
  RunOverview run = sample();
  const Utilisation found = utilisation_of(run, FlopClass::kFp32);
  EXPECT_GT(found.mfu.value(), 1);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_NE(found.notes[0].find("above 100 %"), std::string::npos);
}

TEST(UtilisationOf, ARunWithoutAGpuHasNeitherSharesNorNotes) {
  RunOverview run = sample();
  run.gpu.reset();
  run.gpus.clear();
  const Utilisation found = utilisation_of(run, {});
  EXPECT_FALSE(found.mfu);
  EXPECT_TRUE(found.notes.empty());
}

}  // namespace
}  // namespace flopprof::views
