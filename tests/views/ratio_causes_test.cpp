#include "profiler/views/ratio_causes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ClassTotal executed(const std::string& flop_class, std::uint64_t flops) {
  return {.flop_class = flop_class, .executed_flops = Flops{flops}};
}

std::vector<std::string> names_of(const std::vector<Cause>& causes) {
  std::vector<std::string> names;
  for (const Cause& each : causes) {
    names.push_back((each.proven ? "proven " : "maybe ") + each.cause);
  }
  return names;
}

TEST(CausesOf, NothingIsToBeToldWhereTheTwoAgree) {
  EXPECT_THAT(causes_of({.executed = {10'009},
                         .model = {10'000},
                         .uncounted_calls = 3,
                         .classes = {executed("fp32", 9), executed("tensor_bf16", 10'000)}}),
              IsEmpty());
}

TEST(CausesOf, NothingIsToBeToldWithinTheMarginOfDataDependentWork) {
  EXPECT_THAT(causes_of({.executed = {11'000},
                         .model = {10'000},
                         .margin95 = {1'000},
                         .classes = {executed("tensor_bf16", 11'000)}}),
              IsEmpty());
}

TEST(CausesOf, RecomputationIsProvenWhereItIsTheWholeDifference) {
  EXPECT_THAT(names_of(causes_of({.executed = {13'000},
                                  .model = {10'000},
                                  .recomputed = {3'000},
                                  .classes = {executed("tensor_bf16", 13'000)}})),
              ElementsAre("proven recomputation"));
}

TEST(CausesOf, RecomputationIsAHypothesisWhereMoreWasExecuted) {
  EXPECT_THAT(names_of(causes_of({.executed = {13'500},
                                  .model = {10'000},
                                  .recomputed = {3'000},
                                  .classes = {executed("tensor_bf16", 13'500)}})),
              ElementsAre("maybe recomputation", "maybe tile padding"));
}

TEST(CausesOf, TheScalarPipesAreProvenToBeItWhereTheTensorCoresDidWhatTheModelNeeds) {
  EXPECT_THAT(
      names_of(causes_of({.executed = {10'600},
                          .model = {10'000},
                          .classes = {executed("fp32", 600), executed("tensor_bf16", 10'000)}})),
      ElementsAre("proven work that is no model FLOPs"));
}

TEST(CausesOf, OperatorsWithoutAFormulaMayBeIt) {
  const auto causes =
      causes_of({.executed = {10'600},
                 .model = {10'000},
                 .uncounted_calls = 1'234,
                 .classes = {executed("fp32", 500), executed("tensor_bf16", 10'100)}});
  EXPECT_THAT(names_of(causes),
              ElementsAre("maybe work that is no model FLOPs", "maybe tile padding"));
  EXPECT_EQ(causes[0].detail,
            "1,234 calls of operators have no formula; the scalar pipes executed 500 FLOP");
  EXPECT_EQ(causes[1].detail,
            "the tensor cores executed 1.0 % more than the operators' shapes need");
}

TEST(CausesOf, KernelsThatNoOperatorLaunchedMayBeIt) {
  const auto causes = causes_of({.executed = {20'000},
                                 .model = {10'000},
                                 .classes = {executed("tensor_bf16", 20'000)},
                                 .kernels = {{.kernel = "k", .launches = 1, .kernel_ns = 100}},
                                 .ops = {{.op = "", .kernel_ns = 25}}});
  ASSERT_THAT(names_of(causes), ElementsAre("maybe library work without an operator"));
  EXPECT_EQ(causes[0].detail,
            "25.0 % of the kernel time was launched by no operator that was observed");
}

TEST(CausesOf, TwiceTheWorkIsNoPadding) {
  EXPECT_THAT(
      causes_of(
          {.executed = {20'000}, .model = {10'000}, .classes = {executed("tensor_bf16", 20'000)}}),
      IsEmpty());
}

TEST(CausesOf, ConvolutionsThatDoLessMayBeWinogradOrFft) {
  ExecutedAndModel facts{.executed = {4'000},
                         .model = {10'000},
                         .kernels = {{.kernel = "cudnn_Winograd_3x3", .launches = 1}},
                         .ops = {{.op = "aten::convolution", .calls = 1}}};
  EXPECT_THAT(names_of(causes_of(facts)), ElementsAre("maybe Winograd convolution"));
  facts.kernels[0].kernel = "fft2d_c2r_32x32";
  EXPECT_THAT(names_of(causes_of(facts)), ElementsAre("maybe convolution by FFT"));
  facts.ops[0].op = "aten::fft_c2r";  // an FFT that was asked for saves nothing
  EXPECT_THAT(causes_of(facts), IsEmpty());
}

TEST(CausesOf, AttentionThatDoesLessMaySkipWhatIsMasked) {
  const auto causes = causes_of(
      {.executed = {6'000},
       .model = {10'000},
       .kernels = {
           {.kernel = "flash_fwd_splitkv", .launches = 1, .kernel_ns = 5},
           {.kernel = "void pytorch_flash::flash_fwd_kernel", .launches = 9, .kernel_ns = 9},
           {.kernel = "fmha_outside", .launches = 0, .other_launches = 1}}});
  ASSERT_THAT(names_of(causes), ElementsAre("maybe causal skipping"));
  EXPECT_EQ(causes[0].detail, "a kernel is named void pytorch_flash::flash_fwd_kernel");
}

TEST(CausesOf, SparseKernelsMaySkipZeros) {
  EXPECT_THAT(names_of(causes_of({.executed = {5'000},
                                  .model = {10'000},
                                  .kernels = {{.kernel = "sm90_sparse_gemm", .launches = 1}}})),
              ElementsAre("maybe sparsity"));
}

TEST(CausesOf, Fp8ThatWasCountedAsFp16MayBeEmulated) {
  ExecutedAndModel facts{.executed = {10'000},
                         .model = {10'000},
                         .classes = {executed("tensor_fp16", 10'000), executed("tensor_fp8", 0)},
                         .ops = {{.op = "aten::_scaled_mm", .calls = 1}}};
  EXPECT_THAT(names_of(causes_of(facts)), ElementsAre("maybe emulated FP8"));
  facts.classes[1] = executed("tensor_fp8", 10);
  EXPECT_THAT(causes_of(facts), IsEmpty());
}

TEST(CausesOf, WithoutModelFlopsThereIsNothingToCompare) {
  EXPECT_EQ(ratio_of({5}, {0}), 0);
  EXPECT_THAT(causes_of({.executed = {5}, .classes = {executed("fp32", 5)}}), IsEmpty());
}

}  // namespace
}  // namespace flopprof::views
