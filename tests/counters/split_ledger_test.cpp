#include "profiler/counters/split_ledger.h"

#include <gtest/gtest.h>

namespace flopprof::counters {
namespace {

const CounterSet kA{"A", {"sm__ops_path_tensor_src_bf16_dst_fp32.sum"}};
const CounterSet kS{"S",
                    {"sm__sass_thread_inst_executed_op_ffma_pred_on.sum",
                     "sm__sass_thread_inst_executed_op_fadd_pred_on.sum"}};
const std::vector<CounterSet> kSets = {kA, kS};
constexpr std::int64_t kSignature = 42;

/// A step of two GEMMs with an addition between them, of which one is in the backward phase.
std::vector<OrderedLaunch> gemm_add_gemm() {
  return {{.identity = 1, .device = 0, .kernel = "gemm", .op = "aten::mm", .phase = 0},
          {.identity = 2, .device = 0, .kernel = "add", .op = "aten::add", .phase = 0},
          {.identity = 1, .device = 0, .kernel = "gemm", .op = "MmBackward0", .phase = 1}};
}

StepCut cut_after(int launches) {
  StepCut cut{.launches = launches, .hash = 0};
  const auto all = gemm_add_gemm();
  for (int i = 0; i < launches; ++i)
    cut.hash = order_hash(cut.hash, all[static_cast<std::size_t>(i)].identity);
  return cut;
}

struct Ledger : SplitLedger {
  void whole(std::size_t set, const std::vector<double>& values) {
    add(kSets, {.signature = kSignature, .set = set, .values = values, .cut = {}});
  }
  void prefix(std::size_t set, int launches, const std::vector<double>& values) {
    add(kSets, {.signature = kSignature, .set = set, .values = values, .cut = cut_after(launches)});
  }
};

std::int64_t flops_of(const ExecutedSplit& split, FlopClass flop_class, const std::string& kernel,
                      const std::string& phase) {
  std::int64_t flops = 0;
  for (const ExecutedPart& part : split.parts) {
    if (part.flop_class == flop_class && part.kernel == kernel && part.phase == phase)
      flops += part.flops;
  }
  return flops;
}

TEST(SplitLedger, AsksForTheCutsThatTellMostAndTellsWhatTheySay) {
  Ledger ledger;
  ledger.know(kSignature, gemm_add_gemm());
  ledger.whole(0, {300});
  ledger.whole(1, {50, 7});
  const auto wanted = ledger.take_wanted().at(kSignature);
  ASSERT_FALSE(wanted.empty());
  EXPECT_EQ(wanted[0].cut, cut_after(2)) << "where backward begins";
  EXPECT_TRUE(ledger.take_wanted().empty()) << "nothing new was learnt";
  ledger.prefix(0, 2, {100});
  ledger.prefix(0, 1, {100});
  ledger.prefix(1, 2, {50, 7});
  ledger.prefix(1, 1, {0, 0});
  EXPECT_TRUE(ledger.take_wanted().at(kSignature).empty());
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes.size(), 1u);
  const ExecutedSplit& split = changes[0];
  EXPECT_EQ(flops_of(split, FlopClass::kTensorBf16, "gemm", "forward"), 100);
  EXPECT_EQ(flops_of(split, FlopClass::kTensorBf16, "gemm", "backward"), 200);
  EXPECT_EQ(flops_of(split, FlopClass::kFp32, "add", "forward"), 50 * 2 + 7);
  EXPECT_EQ(flops_of(split, FlopClass::kFp32, "gemm", "forward"), 0);
  ASSERT_EQ(split.classes.size(), 2u);
  for (const ExecutedPart& part : split.parts) EXPECT_EQ(part.untold_kernel, 0) << *part.kernel;
}

TEST(SplitLedger, TellsNothingOfAClassWhoseCountsDiffer) {
  Ledger ledger;
  ledger.know(kSignature, gemm_add_gemm());
  ledger.whole(0, {300});
  ledger.whole(0, {301});
  ledger.whole(1, {50, 7});
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes[0].classes.size(), 1u);
  EXPECT_EQ(changes[0].classes[0].flop_class, FlopClass::kFp32);
  const auto wanted = ledger.take_wanted();
  EXPECT_FALSE(wanted.at(kSignature).empty());
  for (const auto& each : wanted.at(kSignature)) EXPECT_EQ(each.set, 1u);
}

TEST(SplitLedger, NeedsAllCountersOfAClass) {
  Ledger ledger;
  ledger.know(kSignature, gemm_add_gemm());
  ledger.whole(0, {0});
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes[0].classes.size(), 1u) << "fp32 was not counted";
  EXPECT_TRUE(ledger.take_wanted().at(kSignature).empty()) << "nothing to tell apart";
}

TEST(SplitLedger, DoesNotTakeCutsThroughAnotherOrder) {
  Ledger ledger;
  ledger.know(kSignature, gemm_add_gemm());
  ledger.whole(0, {300});
  const std::vector<double> values = {100};
  ledger.add(kSets,
             {.signature = kSignature, .set = 0, .values = values, .cut = StepCut{2, 12345}});
  EXPECT_EQ(ledger.take_changes()[0].classes[0].cuts, 0);
}

TEST(SplitLedger, PutsTheOperatorsInWhenTheyCome) {
  Ledger ledger;
  auto bare = gemm_add_gemm();
  for (OrderedLaunch& launch : bare) launch.op = "", launch.phase = 4;
  ledger.know(kSignature, bare);
  ledger.whole(0, {300});
  ledger.prefix(0, 2, {100});
  ledger.know(kSignature, gemm_add_gemm());
  const auto changes = ledger.take_changes();
  EXPECT_EQ(flops_of(changes[0], FlopClass::kTensorBf16, "gemm", "backward"), 200);
}

TEST(SplitLedger, RemembersSixtyFourSignatures) {
  SplitLedger ledger;
  for (std::int64_t signature = 0; signature < 100; ++signature) {
    const std::vector<double> values = {300};
    ledger.know(signature, gemm_add_gemm());
    ledger.add(kSets, {.signature = signature, .set = 0, .values = values, .cut = {}});
  }
  EXPECT_EQ(ledger.take_changes().size(), 64u);
}

}  // namespace
}  // namespace flopprof::counters
