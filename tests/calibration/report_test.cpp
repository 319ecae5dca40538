#include "profiler/calibration/report.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace flopprof::calibration {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_GOLDEN) + "/calibration/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

Rate rate_of(Operands operands, double seconds, int clock, double watts) {
  return {.operands = operands,
          .seconds = seconds,
          .least_seconds = seconds * 0.99,
          .spread = 0.004,
          .flops = 668'000'000'000,
          .clock_mhz = clock,
          .clock_mhz_before = 1980,
          .clock_mhz_after = 1965,
          .watts = watts,
          .watts_before = 120,
          .watts_after = 400};
}

/// One kernel of every kind.
Calibration calibration() {
  Calibration all;
  all.device = {.name = "NVIDIA H100 80GB HBM3",
                .uuid = "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f",
                .capability = 90,
                .processors = 132,
                .driver = "580.65.06",
                .cuda_version = 13000,
                .flopprof = "0.1.0",
                .measured_at = "2026-01-31T12:00:00.000Z"};
  Rate slowed = rate_of(Operands::kRandom, 0.0125, 1700, 699.5);
  slowed.doubts = {"the power limit lowered the clock"};
  all.workloads = {
      {.name = "flopprof_ffma",
       .expected = {{FlopClass::kFp32, 8'858'370'048}},
       .counted = {{{FlopClass::kFp32, 8'858'370'048}, {FlopClass::kFp16, 0}}},
       .peak_of = FlopClass::kFp32,
       .share_wanted = 0.95,
       .rates = {rate_of(Operands::kZeros, 0.01, 1980, 390), slowed}},
      {.name = "flopprof_hadd2",
       .expected = {{FlopClass::kFp16, 768}},
       .counted = {{{FlopClass::kFp16, 772}}},
       .written_flops = 512},
      {.name = "flopprof_sgemm",
       .promise = Promise::kOwnClasses,
       .expected = {{FlopClass::kFp32, 4096}},
       .counted = {{{FlopClass::kFp32, 4096}, {FlopClass::kFp16, 12}}}},
      {.name = "flopprof_mma_e4m3", .skipped = "no instruction of compute capability 8.0"},
      {.name = "flopprof_copy",
       .share_wanted = 0.88,
       .rates = {{.operands = Operands::kRandom, .seconds = 0.0014, .bytes = 4'294'967'296}},
       .problems = {"its launch: out of memory"}}};
  all.contests = {{.kernel = "flopprof_gemm",
                   .library = "cublasGemmEx",
                   .flops = 1'099'511'627'776,
                   .seconds = 0.0015,
                   .library_seconds = 0.0014,
                   .ratio = 0.9333,
                   .least_ratio = 0.91,
                   .greatest_ratio = 0.95,
                   .ratio_wanted = 0.9,
                   .clock_mhz = 1600,
                   .library_clock_mhz = 1700,
                   .doubts = {"the clocks are not the same"}},
                  {.kernel = "flopprof_sgemm",
                   .library = "cublasSgemm",
                   .ratio_wanted = 0.8,
                   .skipped = "there is no cuBLAS"}};
  return all;
}

TEST(CalibrationText, SaysWhatWasCountedHowFastItWasAndWhatSpeaksAgainstIt) {
  EXPECT_EQ(text_of(calibration(), flops::peaks_of("NVIDIA H100 80GB HBM3")), golden("h100.txt"));
}

TEST(CalibrationText, OfAnUnknownCardWithoutCountersSaysSo) {
  Calibration unknown = calibration();
  unknown.device.name = "NVIDIA Z1";
  unknown.not_counted = "the range profiler: insufficient privileges (35)";
  for (Workload& workload : unknown.workloads) workload.counted.reset();
  EXPECT_EQ(text_of(unknown, std::nullopt), golden("unknown.txt"));
}

TEST(CalibrationJson, HasEveryNumberOfTheText) {
  EXPECT_EQ(json_of(calibration(), flops::peaks_of("NVIDIA H100 80GB HBM3")), golden("h100.json"));
}

}  // namespace
}  // namespace flopprof::calibration
