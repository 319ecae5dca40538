#include "profiler/counters/executed.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace flopprof::counters {
namespace {

const std::string kBf16 = "sm__ops_path_tensor_src_bf16_dst_fp32.sum";
const std::string kWgmmaFp16 = "sm__ops_path_tensor_op_hgmma_src_fp16.sum";
const std::string kMmaFp16 = "sm__ops_path_tensor_op_hmma_src_fp16_dst_fp32.sum";
const std::string kFfma = "sm__sass_thread_inst_executed_op_ffma_pred_on.sum";

const CounterSet kA{"A", {"sm__cycles_elapsed.max", kBf16, kWgmmaFp16}};
const CounterSet kB{"B", {kMmaFp16, kBf16}};
const CounterSet kS{"S", {kFfma}};
const std::vector<CounterSet> kSets = {kA, kB, kS};

ExecutedClass class_in(const std::vector<ExecutedClass>& classes, FlopClass flop_class) {
  for (const ExecutedClass& one : classes) {
    if (one.flop_class == flop_class) return one;
  }
  return {};
}

std::string digits(const ExecutedClass& one) { return one.flops ? digits_of(*one.flops) : "none"; }

TEST(FlopsOf, WeighsAndRefusesWhatIsNoCount) {
  const Counter ffma{FlopClass::kFp32, 2};
  EXPECT_EQ(flops_of(ffma, 21).value(), 42);
  EXPECT_FALSE(flops_of(ffma, -1).ok());
  EXPECT_FALSE(flops_of(ffma, std::numeric_limits<double>::quiet_NaN()).ok());
  EXPECT_TRUE(flops_of(ffma, 1e19).overflow());
  EXPECT_TRUE(flops_of(ffma, 0x1p62).overflow()) << "twice 2^62 leaves 63 bits";
  EXPECT_EQ(flops_of(Counter{FlopClass::kTensorBf16, 1}, 0x1p62).value(), std::int64_t{1} << 62);
}

TEST(ExecutedWork, TakesFromOtherStepsOfTheSignatureWhatThisOneDidNotCount) {
  ExecutedWork work(kSets);
  const std::vector<double> a = {5, 1000, 30};
  EXPECT_EQ(work.add(kA, a), 0);
  EXPECT_EQ(work.add(kB, std::vector<double>{7, 1000}), 0);

  const auto classes = work.of_step(kA, a);
  EXPECT_EQ(class_in(classes, FlopClass::kTensorBf16).source, ExecutedSource::kCounted);
  EXPECT_EQ(digits(class_in(classes, FlopClass::kTensorBf16)), "1000");
  EXPECT_EQ(class_in(classes, FlopClass::kTensorFp16).source, ExecutedSource::kExtrapolated);
  EXPECT_EQ(digits(class_in(classes, FlopClass::kTensorFp16)), "37");
  EXPECT_EQ(class_in(classes, FlopClass::kFp32).source, ExecutedSource::kNone);
  EXPECT_EQ(digits(class_in(classes, FlopClass::kFp32)), "none");
}

TEST(ExecutedWork, SaysHowManyCountersItsSumLeavesOut) {
  ExecutedWork work(kSets);
  work.add(kA, std::vector<double>{5, 1000, 30});
  EXPECT_EQ(work.of_class(FlopClass::kTensorBf16).missing, 0);
  EXPECT_EQ(work.of_class(FlopClass::kTensorFp16).missing, 1);
  EXPECT_EQ(work.of_all().missing, 2);
  EXPECT_EQ(digits_of(work.of_all().mean), "1030");
}

TEST(ExecutedWork, TakesRepeatsWithinAThousandthAsTheSameWork) {
  ExecutedWork work(kSets);
  work.add(kA, std::vector<double>{5, 100'000, 0});
  work.add(kA, std::vector<double>{5, 100'100, 0});
  const ExecutedEstimate bf16 = work.of_class(FlopClass::kTensorBf16);
  EXPECT_EQ(digits_of(bf16.mean), "100050");
  EXPECT_EQ(bf16.repeats, 2);
  EXPECT_NEAR(bf16.spread, 0.0009995, 1e-7);
  EXPECT_FALSE(bf16.data_dependent);
  EXPECT_EQ(bf16.margin95, 0);
}

TEST(ExecutedWork, GivesAnIntervalWhereRepeatsDisagree) {
  ExecutedWork work(kSets);
  for (const double bf16 : {980, 1000, 1020, 1040}) {
    work.add(kA, std::vector<double>{5, bf16, 0});
  }
  const ExecutedEstimate bf16 = work.of_class(FlopClass::kTensorBf16);
  EXPECT_TRUE(bf16.data_dependent);
  EXPECT_EQ(digits_of(bf16.mean), "1010");
  // The deviations -30, -10, 10, 30: variance of the mean 2000/3/4, and t(3) = 3.182.
  EXPECT_NEAR(bf16.margin95, 3.182 * 12.909944, 1e-4);
  EXPECT_TRUE(work.of_all().data_dependent);
}

TEST(ExecutedWork, LeavesOutValuesThatAreNoCounts) {
  ExecutedWork work(kSets);
  const std::vector<double> broken = {5, std::numeric_limits<double>::quiet_NaN(), 3};
  EXPECT_EQ(work.add(kA, broken), 1);
  EXPECT_EQ(work.of_class(FlopClass::kTensorBf16).repeats, 0);
  EXPECT_EQ(class_in(work.of_step(kA, broken), FlopClass::kTensorBf16).source,
            ExecutedSource::kNone);
  EXPECT_THROW(work.add(kA, std::vector<double>{1}), std::invalid_argument);
}

TEST(ExecutedWork, KnowsWhichSetsAddNothingToThoseBeforeThem) {
  ExecutedWork work(kSets);
  EXPECT_FALSE(work.adds_nothing(kB)) << "nobody knows yet";
  work.add(kB, std::vector<double>{0, 1000});
  EXPECT_TRUE(work.adds_nothing(kB)) << "A counts the 1000 too";
  work.add(kB, std::vector<double>{1, 1000});
  EXPECT_FALSE(work.adds_nothing(kB));
}

}  // namespace
}  // namespace flopprof::counters
