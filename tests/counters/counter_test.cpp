#include "profiler/counters/counter.h"

#include <gtest/gtest.h>

namespace flopprof::counters {
namespace {

std::optional<Counter> scalar(const std::string& instruction) {
  return counter_of("sm__sass_thread_inst_executed_op_" + instruction + "_pred_on.sum");
}

std::optional<Counter> tensor(const std::string& operands) {
  return counter_of("sm__ops_path_tensor_" + operands + ".sum");
}

TEST(CounterOf, TakesAFusedMultiplyAddAsTwoFlops) {
  EXPECT_EQ(scalar("fadd"), (Counter{FlopClass::kFp32, 1}));
  EXPECT_EQ(scalar("ffma"), (Counter{FlopClass::kFp32, 2}));
  EXPECT_EQ(scalar("dmul"), (Counter{FlopClass::kFp64, 1}));
  EXPECT_EQ(scalar("dfma"), (Counter{FlopClass::kFp64, 2}));
}

TEST(CounterOf, CountsEveryLaneOfAPackedInstruction) {
  EXPECT_EQ(scalar("hadd"), (Counter{FlopClass::kFp16, 2}));
  EXPECT_EQ(scalar("hmul"), (Counter{FlopClass::kFp16, 2}));
  EXPECT_EQ(scalar("hfma"), (Counter{FlopClass::kFp16, 4}));
  EXPECT_EQ(scalar("ffma2"), (Counter{FlopClass::kFp32, 4}));
  EXPECT_EQ(scalar("qfma4"), (Counter{FlopClass::kFp8, 8}));
}

TEST(CounterOf, TakesATensorCounterAsFlopsOfItsOperands) {
  EXPECT_EQ(tensor("src_bf16_dst_fp32"), (Counter{FlopClass::kTensorBf16, 1}));
  EXPECT_EQ(tensor("op_hgmma_src_fp16"), (Counter{FlopClass::kTensorFp16, 1}));
  EXPECT_EQ(tensor("src_fp64"), (Counter{FlopClass::kTensorFp64, 1}));
  EXPECT_EQ(tensor("op_utcqmma_src_fp4_fp6_fp8_dst_fp32_sparsity_on"),
            (Counter{FlopClass::kTensorFp4Fp6Fp8, 1}));
}

TEST(CounterOf, KnowsNothingOfIntegersSumsAndOtherMetrics) {
  EXPECT_EQ(tensor("src_int8"), std::nullopt);
  EXPECT_EQ(tensor("src_bf16_dst_fp32_realtime"), std::nullopt);
  EXPECT_EQ(scalar("integer"), std::nullopt);
  EXPECT_EQ(scalar("fp32"), std::nullopt);
  EXPECT_EQ(counter_of("sm__sass_thread_inst_executed_ops_fadd_fmul_ffma_pred_on.sum"),
            std::nullopt);
  EXPECT_EQ(counter_of("sm__cycles_elapsed.max"), std::nullopt);
  EXPECT_EQ(counter_of(""), std::nullopt);
}

TEST(TensorCounterName, TellsWhatACounterIsNarrowedTo) {
  EXPECT_EQ(tensor_counter_name("sm__ops_path_tensor_op_hmma_src_fp16_dst_fp32_sparsity_off.sum"),
            (TensorCounterName{
                .instruction = "hmma", .source = "fp16", .result = "fp32", .sparsity = "off"}));
  EXPECT_EQ(tensor_counter_name("sm__ops_path_tensor_src_fp8"),
            (TensorCounterName{.source = "fp8"}));
  EXPECT_EQ(tensor_counter_name("sm__cycles_elapsed.max"), std::nullopt);
}

}  // namespace
}  // namespace flopprof::counters
