#include "profiler/views/part_causes.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

OpTotal op_of(const char* name, std::uint64_t model, std::uint64_t executed,
              std::uint64_t recomputed = 0) {
  OpTotal op{.op = name, .model_flops = {model}, .recomputed_flops = {recomputed}};
  op.executed.flops = Flops{executed};
  return op;
}

std::string cause_of(const OpTotal& op, const std::vector<OpKernel>& parts = {}, double share = 1) {
  std::vector<OpTotal> ops = {op};
  find_causes(ops, parts, share);
  return ops[0].executed.cause;
}

TEST(CausesOfOperators, NeedADifference) {
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 1'000'500)), "");
  EXPECT_EQ(cause_of(op_of("aten::mm", 2'000'000, 1'000'500), {}, 0.5), "")
      << "half of the steps are told apart";
}

TEST(CausesOfOperators, AreProvenWhereTheNumbersLeaveNothingElse) {
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 1'300'000, 300'000)), "proven: recomputation");
  EXPECT_EQ(cause_of(op_of("aten::gelu", 0, 5)), "proven: work that is no model FLOPs");
  EXPECT_EQ(cause_of(op_of("", 0, 5)), "proven: library work without an operator");
}

TEST(CausesOfOperators, AreHypothesesWhereTheySpeakForIt) {
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 1'067'000)), "hypothesis: tile padding");
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 2'000'000)), "") << "too much for padding";
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 1'200'000, 300'000)),
            "hypothesis: recomputation");
  const std::vector<OpKernel> parts = {
      {.op = "aten::convolution", .kernel = "cudnn_winograd_3x3", .phase = "forward"}};
  EXPECT_EQ(cause_of(op_of("aten::convolution", 1'000'000, 444'444), parts),
            "hypothesis: Winograd convolution");
  EXPECT_EQ(cause_of(op_of("aten::mm", 1'000'000, 444'444), parts), "") << "not its kernel";
}

TEST(CausesOfPhases, AreProvenByWhatOperatorsWithoutModelFlopsExecute) {
  PhaseTotal forward{.phase = "forward", .model_flops = {1'000'000}};
  forward.executed.flops = Flops{1'200'000};
  const std::vector<OpTotal> ops = {op_of("aten::mm", 1'000'000, 1'000'000)};
  std::vector<OpKernel> parts = {
      {.op = "aten::mm", .kernel = "gemm", .phase = "forward", .executed = Flops{1'000'000}},
      {.op = "aten::gelu", .kernel = "gelu", .phase = "forward", .executed = Flops{200'000}},
      {.op = "aten::gelu", .kernel = "gelu", .phase = "backward", .executed = std::nullopt}};
  std::vector<PhaseTotal> phases = {forward};
  find_causes(phases, ops, parts, 1);
  EXPECT_EQ(phases[0].executed.cause, "proven: work that is no model FLOPs");
  parts[1].executed.reset();
  phases = {forward};
  find_causes(phases, ops, parts, 1);
  EXPECT_EQ(phases[0].executed.cause, "");
}

TEST(CausesOfKernels, GoByTheirNamesAndByWhoLaunchesThem) {
  const std::vector<OpKernel> parts = {
      {.op = "aten::sdpa", .kernel = "flash_fwd_kernel", .phase = "forward"},
      {.op = "", .kernel = "ncclDevKernel_AllReduce", .phase = "other"}};
  std::vector<KernelTotal> kernels = {
      {.kernel = "flash_fwd_kernel"}, {.kernel = "ncclDevKernel_AllReduce"}, {.kernel = "gemm"}};
  for (KernelTotal& kernel : kernels) kernel.executed.flops = Flops{7};
  find_causes(kernels, parts);
  EXPECT_EQ(kernels[0].executed.cause, "hypothesis: causal skipping");
  EXPECT_EQ(kernels[1].executed.cause, "proven: library work without an operator");
  EXPECT_EQ(kernels[2].executed.cause, "");
}

}  // namespace
}  // namespace flopprof::views
