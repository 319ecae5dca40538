#include "profiler/counters/counter_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "profiler/counters/counter.h"

namespace flopprof::counters {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

const std::string kT = "sm__ops_path_tensor_";

std::vector<std::string> named(std::vector<std::string> endings) {
  for (std::string& ending : endings) ending = kT + ending;
  return endings;
}

/// A chip on which any `fit` FLOP counters fit together.
PassesOf passes_where_fit(std::size_t fit) {
  return [fit](const std::vector<std::string>& metrics) -> std::size_t {
    const auto counters = std::count_if(metrics.begin(), metrics.end(), [](const auto& metric) {
      return counter_of(metric).has_value();
    });
    return (static_cast<std::size_t>(counters) + fit - 1) / fit;
  };
}

/// As `passes_where_fit(9)`, but `metric` alone takes two passes.
PassesOf two_passes_of(const std::string& metric) {
  return [metric](const std::vector<std::string>& metrics) -> std::size_t {
    return std::find(metrics.begin(), metrics.end(), metric) == metrics.end() ? 1 : 2;
  };
}

TEST(TensorCounters, TakesTheFinestOfASumOfSeveral) {
  const auto counters =
      tensor_counters(named({"src_bf16_dst_fp32", "op_hmma_src_bf16_dst_fp32",
                             "op_hgmma_src_bf16_dst_fp32", "src_int8", "op_imma_src_int8"}),
                      passes_where_fit(9));
  EXPECT_THAT(counters, ElementsAre(kT + "op_hgmma_src_bf16_dst_fp32.sum",
                                    kT + "op_hmma_src_bf16_dst_fp32.sum"));
}

TEST(TensorCounters, KeepsTheWiderOfTwoWhereOnlyOneNarrowsIt) {
  EXPECT_THAT(tensor_counters(named({"src_tf32_dst_fp32", "op_hmma_src_tf32_dst_fp32"}),
                              passes_where_fit(9)),
              ElementsAre(kT + "src_tf32_dst_fp32.sum"));
  EXPECT_THAT(tensor_counters(named({"src_tf32_dst_fp32", "op_hmma_src_tf32_dst_fp32"}),
                              two_passes_of(kT + "src_tf32_dst_fp32.sum")),
              ElementsAre(kT + "op_hmma_src_tf32_dst_fp32.sum"));
}

TEST(TensorCounters, HalvesWhatDoesNotFitIntoOnePass) {
  EXPECT_THAT(tensor_counters(named({"src_fp8", "src_fp8_sparsity_off", "src_fp8_sparsity_on"}),
                              two_passes_of(kT + "src_fp8.sum")),
              ElementsAre(kT + "src_fp8_sparsity_off.sum", kT + "src_fp8_sparsity_on.sum"));
  EXPECT_THROW(tensor_counters(named({"src_fp8"}), two_passes_of(kT + "src_fp8.sum")),
               std::runtime_error);
}

TEST(CoveringSets, PutsWhatTrainingUsesMostIntoTheFirstSet) {
  const auto sets =
      covering_sets(named({"src_fp64", "src_tf32_dst_fp32", "src_fp8", "src_bf16_dst_fp32"}),
                    passes_where_fit(2));
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0], (CounterSet{"A",
                                 {"sm__cycles_elapsed.max", "gpu__time_duration.sum",
                                  kT + "src_bf16_dst_fp32.sum", kT + "src_fp8.sum"}}));
  EXPECT_EQ(sets[1], (CounterSet{"B",
                                 {"sm__cycles_elapsed.max", "gpu__time_duration.sum",
                                  kT + "src_tf32_dst_fp32.sum", kT + "src_fp64.sum"}}));
}

TEST(CoveringSets, CountsAgainWhatStillFits) {
  const auto sets =
      covering_sets(named({"src_fp64", "src_bf16_dst_fp32", "src_fp8"}), passes_where_fit(2));
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_THAT(sets[1].metrics, ElementsAre("sm__cycles_elapsed.max", "gpu__time_duration.sum",
                                           kT + "src_fp64.sum", kT + "src_bf16_dst_fp32.sum"));
}

TEST(CoveringSets, CountsTheScalarInstructionsAlone) {
  const auto sets = covering_sets({"sm__sass_thread_inst_executed_op_fadd_pred_on",
                                   "sm__sass_thread_inst_executed_op_ffma_pred_on"},
                                  passes_where_fit(9));
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(sets[0], (CounterSet{"S",
                                 {"sm__sass_thread_inst_executed_op_fadd_pred_on.sum",
                                  "sm__sass_thread_inst_executed_op_ffma_pred_on.sum"}}));
}

TEST(CounterSetsOf, HopperCountsWgmmaAndBf16InItsFirstSet) {
  const auto sets = counter_sets_of("GH100");
  ASSERT_EQ(sets.size(), 5u);
  EXPECT_EQ(sets[0].name, "A");
  EXPECT_THAT(sets[0].metrics,
              ElementsAre("sm__cycles_elapsed.max", "gpu__time_duration.sum",
                          kT + "op_hgmma_src_bf16_dst_fp32.sum",
                          kT + "op_hmma_src_bf16_dst_fp32.sum", kT + "src_fp8.sum",
                          kT + "op_hgmma_src_fp16.sum", kT + "op_hgmma_src_tf32_dst_fp32.sum"));
  EXPECT_EQ(sets[4].name, "S");
  EXPECT_EQ(sets[4].metrics.size(), 9u);
}

TEST(CounterSetsOf, EveryChipHasTensorAndScalarSets) {
  EXPECT_THAT(chips_with_counter_sets(), ElementsAre("GA100", "AD102", "GH100", "GB100", "GB202"));
  for (const std::string& chip : chips_with_counter_sets()) {
    const auto sets = counter_sets_of(chip);
    EXPECT_GE(sets.size(), 5u) << chip;
    EXPECT_THAT(sets.back().metrics, Contains("sm__sass_thread_inst_executed_op_ffma_pred_on.sum"));
  }
  EXPECT_TRUE(counter_sets_of("TU102").empty());
}

}  // namespace
}  // namespace flopprof::counters
