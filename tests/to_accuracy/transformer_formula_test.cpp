#include "profiler/to_accuracy/transformer_formula.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

TEST(TransformerFormula, CountsMatricesAttentionAndLogits) {
  // Two tokens: 2 x 12 x 3 x 4^2 in matrices, 2 x 2 x 2 x 4 x 3 in attention, 2 x 4 x 10 logits.
  const MeasuredNetwork pass = forward_pass({.layers = 3, .width = 4, .vocabulary = 10}, 2);
  EXPECT_EQ(digits_of(pass.flops), "2656");
  EXPECT_EQ(digits_of(pass.beside.attention_macs), "96");
  EXPECT_EQ(digits_of(pass.beside.logits_macs), "80");
}

TEST(TransformerFormula, CountsNanoGptsForwardPassOfGpt2) {
  const MeasuredNetwork pass =
      forward_pass({.layers = 12, .width = 768, .vocabulary = 50257}, 1024);
  EXPECT_EQ(digits_of(pass.flops), "291648307200");
}

TEST(TransformerFormula, TrainsInThreePasses) {
  const TransformerShape shape{.layers = 3, .width = 4, .vocabulary = 10, .training_tokens = 200};
  EXPECT_EQ(digits_of(training(shape, 2).flops), "796800");
}

TEST(TransformerFormula, KnowsGpt3) {
  EXPECT_EQ(transformer_named("gpt3")->layers, 96);
  EXPECT_FALSE(transformer_named("resnet50"));
}

}  // namespace
}  // namespace flopprof::to_accuracy
