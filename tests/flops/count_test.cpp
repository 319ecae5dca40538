#include "profiler/flops/count.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/flops/hand_made_call.h"

namespace flopprof::flops {
namespace {

std::int64_t flops_of(std::string_view op, const HandMadeCall& call,
                      std::string_view overload = "") {
  const Checked flops = count(formula_of(op, overload), call);
  return flops.ok() ? flops.value() : -1;
}

TEST(Count, TakesAMultiplyAddAsTwoFlops) {
  EXPECT_EQ(flops_of("aten::mm", {.tensors = {{0, {4, 5}}, {1, {5, 6}}}}), 240);
  EXPECT_EQ(flops_of("aten::addmm", {.tensors = {{0, {6}}, {1, {4, 5}}, {2, {5, 6}}}}), 240);
  EXPECT_EQ(flops_of("aten::bmm", {.tensors = {{0, {3, 4, 5}}, {1, {3, 5, 6}}}}), 720);
  EXPECT_EQ(flops_of("aten::baddbmm", {.tensors = {{0, {6}}, {1, {3, 4, 5}}, {2, {3, 5, 6}}}}),
            720);
  EXPECT_EQ(flops_of("aten::mv", {.tensors = {{0, {4, 5}}, {1, {5}}}}), 40);
  EXPECT_EQ(flops_of("aten::addmv", {.tensors = {{0, {4}}, {1, {4, 5}}, {2, {5}}}}), 40);
  EXPECT_EQ(flops_of("aten::dot", {.tensors = {{0, {7}}, {1, {7}}}}), 14);
  EXPECT_EQ(flops_of("aten::_scaled_mm", {.tensors = {{0, {48, 80}}, {1, {80, 112}}}}), 860160);
}

TEST(Count, GivesAnInPlaceOrOutVariantTheFormulaOfItsBase) {
  EXPECT_EQ(flops_of("aten::addmm_", {.tensors = {{0, {4, 6}}, {1, {4, 5}}, {2, {5, 6}}}}), 240);
  EXPECT_EQ(flops_of("aten::mm", {.tensors = {{0, {4, 5}}, {1, {5, 6}}, {2, {4, 6}}}}, "out"), 240);
}

TEST(Count, SharesTheRowsOfAGroupedProductAmongItsGroups) {
  EXPECT_EQ(flops_of("aten::_grouped_mm", {.tensors = {{0, {10, 5}}, {1, {3, 5, 6}}}}), 600);
  EXPECT_EQ(flops_of("aten::_grouped_mm", {.tensors = {{0, {3, 4, 5}}, {1, {5, 18}}}}), 720);
  EXPECT_EQ(flops_of("aten::_grouped_mm", {.tensors = {{0, {3, 4, 5}}, {1, {3, 5, 6}}}}), 720);
  EXPECT_EQ(flops_of("aten::_grouped_mm", {.tensors = {{0, {4, 30}}, {1, {30, 6}}}}), 1440);
}

HandMadeCall convolution(std::vector<std::int64_t> x, std::vector<std::int64_t> w,
                         std::int64_t stride, std::int64_t padding, std::int64_t dilation,
                         bool transposed = false) {
  return {.tensors = {{0, std::move(x)}, {1, std::move(w)}},
          .lists = {{3, {stride}}, {4, {padding}}, {5, {dilation}}},
          .numbers = {{6, transposed}}};
}

TEST(CountConvolution, CountsEveryTapOfEveryOutput) {
  EXPECT_EQ(flops_of("aten::convolution", convolution({2, 3, 6, 6}, {6, 3, 4, 4}, 1, 1, 1)), 28800);
  // 9 long, reach 2*(3-1)+1 = 5, stride 2: 3 outputs. 2 * 1 * 3 * (4*1*3).
  EXPECT_EQ(flops_of("aten::convolution", convolution({1, 4, 9}, {4, 1, 3}, 2, 0, 2)), 72);
  // Depth, height and width: 2 * 2 * 5*5*5 * (6*4*27).
  EXPECT_EQ(flops_of("aten::convolution", convolution({2, 4, 9, 9, 9}, {6, 4, 3, 3, 3}, 1, 0, 2)),
            324000);
}

TEST(CountConvolution, OfATransposedOneCountsEveryTapOfEveryInput) {
  EXPECT_EQ(flops_of("aten::convolution", convolution({2, 4, 5, 5}, {4, 3, 3, 3}, 2, 0, 1, true)),
            10800);
}

TEST(CountConvolution, IsZeroWhereTheFilterDoesNotFitOrTheBatchIsEmpty) {
  EXPECT_EQ(flops_of("aten::convolution", convolution({0, 3, 6, 6}, {6, 3, 4, 4}, 1, 1, 1)), 0);
  EXPECT_EQ(flops_of("aten::convolution", convolution({1, 3, 2, 2}, {6, 3, 4, 4}, 1, 0, 1)), 0);
}

HandMadeCall backward(bool data, bool weight) {
  return {.tensors = {{0, {2, 6, 5, 5}}, {1, {2, 3, 6, 6}}, {2, {6, 3, 4, 4}}},
          .lists = {{10, {data, weight, true}}},
          .numbers = {{7, 0}}};
}

TEST(CountConvolution, OfTheBackwardPassCountsOnlyTheGradientsThatAreComputed) {
  EXPECT_EQ(flops_of("aten::convolution_backward", backward(true, true)), 57600);
  EXPECT_EQ(flops_of("aten::convolution_backward", backward(false, true)), 28800);
  EXPECT_EQ(flops_of("aten::convolution_backward", backward(false, false)), 0);
}

TEST(CountConvolution, DividesAGroupedWeightGradientByItsGroups) {
  const HandMadeCall depthwise{.tensors = {{0, {1, 8, 4, 4}}, {1, {1, 8, 6, 6}}, {2, {8, 1, 3, 3}}},
                               .lists = {{10, {0, 1, 0}}},
                               .numbers = {{7, 0}}};
  EXPECT_EQ(flops_of("aten::convolution_backward", depthwise), 2 * 16 * 8 * 9);
}

TEST(CountAttention, CountsTwoProductsForwardAndFiveBackward) {
  const HandMadeCall forward{
      .tensors = {{0, {4, 8, 128, 64}}, {1, {4, 8, 128, 64}}, {2, {4, 8, 128, 64}}}};
  EXPECT_EQ(flops_of("aten::_scaled_dot_product_flash_attention", forward), 134217728);
  EXPECT_EQ(flops_of("aten::_scaled_dot_product_efficient_attention", forward), 134217728);
  HandMadeCall backward = forward;
  backward.tensors[3] = {4, 8, 128, 64};
  EXPECT_EQ(flops_of("aten::_scaled_dot_product_flash_attention_for_cpu_backward", backward),
            335544320);
}

TEST(CountAttention, TellsHeadsFromSequenceByTheOperatorsLayout) {
  // [batch, sequence, heads, depth]: 2 * 2*3*5*7 * (4 + 6).
  const HandMadeCall call{.tensors = {{0, {2, 5, 3, 4}}, {1, {2, 7, 3, 4}}, {2, {2, 7, 3, 6}}}};
  EXPECT_EQ(flops_of("aten::_flash_attention_forward", call), 4200);
}

TEST(CountAttention, RefusesAVariableLengthLayout) {
  const HandMadeCall call{
      .tensors = {{0, {1, 50, 3, 4}}, {1, {1, 50, 3, 4}}, {2, {1, 50, 3, 4}}, {3, {11}}}};
  EXPECT_EQ(flops_of("aten::_flash_attention_forward", call), -1);
}

TEST(CountRecurrent, LetsEveryTokenMeetEveryMatrixOnce) {
  // 10 steps of 4 sequences, 16 features, 4 gates of 32: 2 * 40 * (128*16 + 128*32).
  const HandMadeCall layer{.tensors = {{0, {10, 4, 16}}, {1, {128, 16}}, {2, {128, 32}}}};
  EXPECT_EQ(flops_of("aten::mkldnn_rnn_layer", layer), 491520);
  EXPECT_EQ(flops_of("aten::mkldnn_rnn_layer_backward", layer), 983040);
  const HandMadeCall fused{.tensors = {{0, {10, 4, 16}}},
                           .lists = {{21, {1, 1, 1, 0}}},
                           .tensor_lists = {{1, {{128, 16}, {128, 32}, {128}, {128}}}}};
  EXPECT_EQ(flops_of("aten::_cudnn_rnn", fused), 491520);
  EXPECT_EQ(flops_of("aten::_cudnn_rnn_backward", fused), 491520);
}

TEST(CountLinear, MultipliesRowsByTheElementsOfTheWeightHoweverItIsStored) {
  EXPECT_EQ(flops_of("mkldnn::_linear_pointwise", {.tensors = {{0, {2, 3, 16}}, {1, {8, 16}}}}),
            1536);
  EXPECT_EQ(flops_of("mkldnn::_linear_pointwise",
                     {.tensors = {{0, {6, 16}}, {1, {6, 8}}, {2, {8, 16}}}}, "binary"),
            1536);
  EXPECT_EQ(flops_of("mkl::_mkl_linear", {.tensors = {{0, {6, 16}}, {1, {999}}, {2, {8, 16}}}}),
            1536);
  EXPECT_EQ(flops_of("aten::_weight_int4pack_mm_for_cpu", {.tensors = {{0, {6, 16}}, {1, {8, 8}}}}),
            1536);
  EXPECT_EQ(flops_of("aten::fbgemm_linear_fp16_weight_fp32_activation",
                     {.tensors = {{0, {6, 16}}, {1, {1}}, {2, {8}}}}),
            1536);
  EXPECT_EQ(
      flops_of("aten::mkldnn_linear_backward",
               {.tensors = {{0, {6, 16}}, {1, {6, 8}}, {2, {8, 16}}}, .lists = {{3, {0, 1, 1}}}}),
      1536);
}

TEST(Count, IsUnknownForShapesThatTheFormulaDoesNotCover) {
  EXPECT_EQ(flops_of("aten::mm", {.tensors = {{0, {5}}, {1, {5, 6}}}}), -1);
  EXPECT_EQ(flops_of("aten::mm", {.tensors = {{0, {4, 5}}}}), -1);
  EXPECT_EQ(flops_of("aten::relu", {.tensors = {{0, {4, 5}}}}), -1);
}

TEST(Count, SaysThatAProductLeft64BitsInsteadOfGivingIt) {
  const HandMadeCall call{.tensors = {{0, {1L << 31, 1L << 31}}, {1, {1L << 31, 1L << 31}}}};
  const Checked flops = count(formula_of("aten::mm", ""), call);
  EXPECT_FALSE(flops.ok());
  EXPECT_TRUE(flops.overflow());
}

TEST(DoesNoFlops, HoldsForWhatMovesConvertsAndCompares) {
  for (const char* name : {"aten::view", "aten::copy_", "aten::relu_", "aten::max_pool2d", "detach",
                           "profiler::_record_function_exit", "c10d::allreduce_"}) {
    EXPECT_TRUE(does_no_flops(name)) << name;
  }
  for (const char* name :
       {"aten::add", "aten::native_batch_norm", "mylib::view", "aten::sum", "add"}) {
    EXPECT_FALSE(does_no_flops(name)) << name;
  }
}

}  // namespace
}  // namespace flopprof::flops
