#include "profiler/calibration/judge.h"

#include <gmock/gmock.h>

namespace flopprof::calibration {
namespace {

using testing::SizeIs;

using Counts = std::map<FlopClass, std::int64_t>;

Workload counted_as(Promise promise, Counts expected, std::optional<Counts> counted) {
  return {.name = "flopprof_ffma",
          .promise = promise,
          .expected = std::move(expected),
          .counted = std::move(counted)};
}

TEST(VerdictOf, IsExactWhereEveryClassAgrees) {
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 512}},
                                  Counts{{FlopClass::kFp32, 512}, {FlopClass::kFp16, 0}})),
            Verdict::kExact);
}

TEST(VerdictOf, DiffersByASingleFlop) {
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 512}},
                                  Counts{{FlopClass::kFp32, 513}})),
            Verdict::kDiffers);
}

TEST(VerdictOf, DiffersWhereAClassThatTheFormulaHasNotIsCounted) {
  const Counts counted{{FlopClass::kFp32, 512}, {FlopClass::kFp16, 4}};
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 512}}, counted)),
            Verdict::kDiffers);
  EXPECT_EQ(verdict_of(counted_as(Promise::kOwnClasses, {{FlopClass::kFp32, 512}}, counted)),
            Verdict::kOpen);
}

TEST(VerdictOf, DiffersInAClassOfItsOwnHoweverLittleIsPromised) {
  EXPECT_EQ(verdict_of(counted_as(Promise::kOwnClasses, {{FlopClass::kFp32, 512}},
                                  Counts{{FlopClass::kFp32, 500}})),
            Verdict::kDiffers);
  EXPECT_EQ(verdict_of(counted_as(Promise::kNone, {{FlopClass::kFp32, 512}},
                                  Counts{{FlopClass::kFp32, 500}})),
            Verdict::kOpen);
}

TEST(VerdictOf, HoldsAControlWithoutFlopsToZero) {
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {}, Counts{{FlopClass::kFp32, 0}})),
            Verdict::kExact);
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {},
                                  Counts{{FlopClass::kFp32, 0}, {FlopClass::kTensorFp16, 1}})),
            Verdict::kDiffers);
}

TEST(VerdictOf, IsNoProofWhereNothingOrNotTheClassWasCounted) {
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 512}}, std::nullopt)),
            Verdict::kNotCounted);
  EXPECT_EQ(verdict_of(counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 512}},
                                  Counts{{FlopClass::kFp16, 0}})),
            Verdict::kNotCounted);
}

TEST(VerdictOf, OfACalibrationIsTheWorstOfWhatRan) {
  const Workload exact = counted_as(Promise::kEveryClass, {}, Counts{{FlopClass::kFp32, 0}});
  const Workload differs =
      counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 2}}, Counts{{FlopClass::kFp32, 1}});
  Workload skipped = counted_as(Promise::kEveryClass, {{FlopClass::kFp32, 2}}, std::nullopt);
  skipped.skipped = "no such instruction";
  EXPECT_EQ(verdict_of(Calibration{.workloads = {exact, skipped}}), Verdict::kExact);
  EXPECT_EQ(verdict_of(Calibration{.workloads = {exact, differs}}), Verdict::kDiffers);
  EXPECT_EQ(verdict_of(Calibration{.workloads = {skipped}}), Verdict::kNotCounted);
}

TEST(FlopsAClock, IsOfOneProcessorAtTheClockThatItHad) {
  const Rate rate{.seconds = 0.01, .flops = 132 * 256 * 18'000'000LL, .clock_mhz = 1800};
  EXPECT_DOUBLE_EQ(flops_a_clock(rate, 132).value(), 256);
  EXPECT_EQ(flops_a_clock({.seconds = 0.01, .flops = 1}, 132), std::nullopt);
  EXPECT_EQ(flops_a_clock(rate, 0), std::nullopt);
}

TEST(PeaksOf, AreTheFastestWithRandomNumbers) {
  Calibration calibration;
  calibration.workloads = {
      {.name = "slow",
       .peak_of = FlopClass::kFp32,
       .rates = {{.operands = Operands::kRandom, .seconds = 2, .flops = 100}}},
      {.name = "fast",
       .peak_of = FlopClass::kFp32,
       .rates = {{.operands = Operands::kZeros, .seconds = 0.5, .flops = 100},
                 {.operands = Operands::kRandom, .seconds = 1, .flops = 100}}},
      {.name = "of no class",
       .rates = {{.operands = Operands::kRandom, .seconds = 0.1, .flops = 100}}},
      {.name = "of memory",
       .rates = {{.operands = Operands::kRandom, .seconds = 0.5, .bytes = 1000}}}};
  const auto peaks = peaks_of(calibration);
  ASSERT_THAT(peaks, SizeIs(1));
  EXPECT_EQ(peaks[0].flop_class, FlopClass::kFp32);
  EXPECT_EQ(peaks[0].kernel, "fast");
  EXPECT_EQ(peaks[0].flops_per_second, 100);
  EXPECT_EQ(bytes_per_second_of(calibration), 2000);
}

}  // namespace
}  // namespace flopprof::calibration
