#include "profiler/calibration/targets.h"

#include <gmock/gmock.h>

namespace flopprof::calibration {
namespace {

using testing::DoubleNear;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

const auto kSheet = flops::peaks_of("NVIDIA H100 80GB HBM3");  // 256 FLOP a clock and SM, 3350 GB/s

/// Ten thousand clocks, of an SM of one: `flops_a_clock` in each.
Workload of_single_precision(double flops_a_clock) {
  return {
      .name = "flopprof_ffma",
      .peak_of = FlopClass::kFp32,
      .share_wanted = 0.95,
      .rates = {{.operands = Operands::kZeros, .seconds = 1e-9, .flops = 1 << 30, .clock_mhz = 1},
                {.operands = Operands::kRandom,
                 .seconds = 1e-5,
                 .flops = static_cast<std::int64_t>(1e4 * flops_a_clock),
                 .clock_mhz = 1000}}};
}

Calibration with(const Workload& workload) {
  return {.device = {.processors = 1}, .workloads = {workload}};
}

TEST(TargetsOf, CompareFlopsOfAClockWithTheDataSheet) {
  const auto targets = targets_of(with(of_single_precision(250)), kSheet);
  ASSERT_THAT(targets, SizeIs(1));
  EXPECT_EQ(targets[0].kernel, "flopprof_ffma");
  EXPECT_THAT(targets[0].reached, Optional(DoubleNear(250.0 / 256, 1e-9)));
  EXPECT_EQ(standing_of(targets[0]), Standing::kMet);
}

TEST(TargetsOf, AreMissedByALittle) {
  EXPECT_EQ(standing_of(targets_of(with(of_single_precision(243.3)), kSheet)[0]), Standing::kMet);
  EXPECT_EQ(standing_of(targets_of(with(of_single_precision(243)), kSheet)[0]), Standing::kMissed);
}

TEST(TargetsOf, AreUnknownWithoutADataSheetAClockOrATime) {
  const auto unknown = [](const Workload& workload, const std::optional<flops::Peaks>& sheet) {
    const Target target = targets_of(with(workload), sheet)[0];
    EXPECT_EQ(standing_of(target), Standing::kUnknown);
    return target.unknown;
  };
  Workload workload = of_single_precision(250);
  EXPECT_EQ(unknown(workload, std::nullopt),
            "no data sheet says what an SM of this device does a clock");
  workload.rates[1].clock_mhz.reset();
  EXPECT_EQ(unknown(workload, kSheet), "the clock is not known");
  workload.rates.pop_back();
  EXPECT_EQ(unknown(workload, kSheet), "it was not timed");
}

TEST(TargetsOf, CompareWhatIsMovedWithTheBandwidth) {
  Workload copy{.name = "flopprof_copy",
                .share_wanted = 0.88,
                .rates = {{.seconds = 1e-3, .bytes = 3'015'000'000}}};
  const Target met = targets_of(with(copy), kSheet)[0];
  EXPECT_THAT(met.reached, Optional(DoubleNear(0.9, 1e-9)));
  EXPECT_EQ(standing_of(met), Standing::kMet);
  copy.rates[0].bytes = 2'900'000'000;
  EXPECT_EQ(standing_of(targets_of(with(copy), kSheet)[0]), Standing::kMissed);
}

TEST(TargetsOf, LeaveOutWhatHasNoneAndWhatDidNotRun) {
  Workload workload = of_single_precision(10);
  workload.skipped = "no instruction of compute capability 8.0";
  EXPECT_THAT(targets_of(with(workload), kSheet), IsEmpty());
  workload.skipped.clear();
  workload.share_wanted.reset();
  EXPECT_THAT(targets_of(with(workload), kSheet), IsEmpty());
}

TEST(TargetsOf, HoldAKernelToALibrarysSpeed) {
  Calibration calibration;
  calibration.contests = {
      {.kernel = "flopprof_sgemm", .library = "cublasSgemm", .ratio = 0.79, .ratio_wanted = 0.8},
      {.kernel = "flopprof_gemm", .library = "cublasGemmEx", .ratio = 0.9, .ratio_wanted = 0.9},
      {.kernel = "flopprof_gemm", .ratio_wanted = 0.9, .skipped = "there is no cuBLAS"}};
  const auto targets = targets_of(calibration, std::nullopt);
  ASSERT_THAT(targets, SizeIs(3));
  EXPECT_EQ(targets[0].of, "the speed of cublasSgemm");
  EXPECT_EQ(standing_of(targets[0]), Standing::kMissed);
  EXPECT_EQ(standing_of(targets[1]), Standing::kMet);
  EXPECT_EQ(standing_of(targets[2]), Standing::kUnknown);
  EXPECT_EQ(targets[2].unknown, "there is no cuBLAS");
}

}  // namespace
}  // namespace flopprof::calibration
