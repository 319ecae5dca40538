#include "profiler/counters/executed_ledger.h"

#include <gtest/gtest.h>

#include <cmath>

#include "profiler/record/step.h"

namespace flopprof::counters {
namespace {

const CounterSet kA{
    "A",
    {"sm__ops_path_tensor_src_bf16_dst_fp32.sum", "sm__ops_path_tensor_op_hgmma_src_fp16.sum"}};
const CounterSet kB{"B", {"sm__ops_path_tensor_op_hmma_src_fp16_dst_fp32.sum"}};
const std::vector<CounterSet> kSets = {kA, kB};

std::optional<std::int64_t> of(const std::vector<ExecutedSignature>& rows, std::int64_t signature,
                               FlopClass flop_class) {
  for (const ExecutedSignature& row : rows) {
    if (row.signature == signature && row.flop_class == flop_class) return row.flops;
  }
  ADD_FAILURE() << "no row";
  return std::nullopt;
}

TEST(ExecutedLedger, TellsWhatAStepCountedWholeAndWhatItsSignatureIsKnownToDo) {
  ExecutedLedger ledger;
  const std::vector<double> a = {1000, 30};
  EXPECT_EQ(ledger.add(kSets, {.step = 7, .signature = 42, .set = &kA, .values = a}), 0);
  const auto first = ledger.take_changes();
  ASSERT_EQ(first.steps.size(), 1u) << "half of fp16 was not counted in this step";
  EXPECT_EQ(first.steps[0].step, 7);
  EXPECT_EQ(first.steps[0].flop_class, FlopClass::kTensorBf16);
  EXPECT_EQ(first.steps[0].flops, 1000);
  EXPECT_EQ(of(first.signatures, 42, FlopClass::kTensorBf16), 1000);
  EXPECT_EQ(of(first.signatures, 42, FlopClass::kTensorFp16), std::nullopt);

  const std::vector<double> b = {7};
  ledger.add(kSets, {.step = 9, .signature = 42, .set = &kB, .values = b});
  const auto second = ledger.take_changes();
  EXPECT_TRUE(second.steps.empty());
  EXPECT_EQ(of(second.signatures, 42, FlopClass::kTensorFp16), 37);
  EXPECT_TRUE(ledger.take_changes().signatures.empty());
}

TEST(ExecutedLedger, KeepsSignaturesAndDevicesApart) {
  ExecutedLedger ledger;
  const std::vector<double> few = {10, 0};
  const std::vector<double> many = {20, 0};
  ledger.add(kSets, {.step = 0, .signature = 1, .device = 0, .set = &kA, .values = few});
  ledger.add(kSets, {.step = 1, .signature = 2, .device = 0, .set = &kA, .values = many});
  ledger.add(kSets, {.step = 1, .signature = 2, .device = 1, .set = &kA, .values = few});
  const auto rows = ledger.take_changes().signatures;
  EXPECT_EQ(of(rows, 1, FlopClass::kTensorBf16), 10);
  EXPECT_EQ(rows.size(), 3u * 2);
}

TEST(ExecutedLedger, SaysThatRepeatsDisagree) {
  ExecutedLedger ledger;
  for (const double value : {1000.0, 1100.0, 900.0}) {
    const std::vector<double> values = {value, 0};
    ledger.add(kSets, {.step = 0, .signature = 1, .set = &kA, .values = values});
  }
  for (const ExecutedSignature& row : ledger.take_changes().signatures) {
    if (row.flop_class != FlopClass::kTensorBf16) continue;
    EXPECT_EQ(row.flops, 1000);
    EXPECT_EQ(row.repeats, 3);
    EXPECT_TRUE(row.data_dependent);
    EXPECT_NEAR(row.margin95, 4.303 * 100 / std::sqrt(3), 1);  // Student's t of two degrees
  }
}

TEST(ExecutedLedger, NamesNoStepOutsideSteps) {
  ExecutedLedger ledger;
  const std::vector<double> values = {5, 5};
  ledger.add(kSets, {.step = kOutsideSteps, .signature = 1, .set = &kA, .values = values});
  const auto changes = ledger.take_changes();
  EXPECT_TRUE(changes.steps.empty());
  EXPECT_EQ(changes.signatures.size(), 2u);
}

TEST(ExecutedLedger, TellsOfVeryManySignaturesOnlyThoseThatWereCountedTwice) {
  ExecutedLedger ledger;
  const std::vector<double> values = {5, 5};
  const auto count = [&](std::int64_t step, std::int64_t signature) {
    ledger.add(kSets, {.step = step, .signature = signature, .set = &kA, .values = values});
  };
  std::int64_t step = 0;
  for (; step < 20'000; ++step) count(step, step);
  const auto changes = ledger.take_changes();
  EXPECT_EQ(changes.signatures.size(), 16'384u * 2);
  EXPECT_EQ(changes.steps.size(), 20'000u);  // what a step counted is never lost
  count(step, 19'999);
  EXPECT_EQ(ledger.take_changes().signatures.size(), 2u);
}

TEST(ExecutedLedger, ForgetsTheSignatureThatWasCountedLongestAgoAndTellsItBefore) {
  ExecutedLedger ledger;
  const std::vector<double> values = {5, 5};
  for (std::int64_t signature = 0; signature < 600; ++signature)
    ledger.add(kSets, {.step = signature, .signature = signature, .set = &kA, .values = values});
  EXPECT_EQ(ledger.take_changes().signatures.size(), 600u * 2);
  EXPECT_FALSE(ledger.adds_nothing(599, 0, kA));
  EXPECT_TRUE(ledger.adds_nothing(0, 0, kA));
}

}  // namespace
}  // namespace flopprof::counters
