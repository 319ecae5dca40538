#include <gmock/gmock.h>

#include <map>

#include "tests/kernels/compiled_kernels.h"

namespace flopprof::kernels {
namespace {

using Instructions = std::map<std::string, std::int64_t>;

/// What each kernel's formula says of one thread, or of one warp's product, by hand.
const std::map<std::string, Instructions> kStated = {
    {"flopprof_block_sum", {{"FADD", 2}}},  // of its share, and of two shares
    {"flopprof_collatz", {{"FFMA", 1}}},    // of each step
    {"flopprof_convolution_data_gradient", {{"HMMA.16816.F32.BF16", 1}}},
    {"flopprof_convolution_forward", {{"HMMA.16816.F32.BF16", 1}}},
    {"flopprof_convolution_weight_gradient", {{"HMMA.16816.F32.BF16", 1}}},
    {"flopprof_copy", {}},
    {"flopprof_decide", {}},
    {"flopprof_depended_on", {{"FFMA", 256}}},  // of each trip
    {"flopprof_dependent", {{"FFMA", 256}}},
    {"flopprof_gemm", {{"HGMMA.64x256x16.F32.BF16", 4}}},  // of each step: 64 deep
    {"flopprof_overlap", {{"FFMA", 256}}},                 // of each trip
    {"flopprof_sgemm", {{"FFMA", 512}}},                   // of each step: 8 × 8 sums, 8 deep
    {"flopprof_triad", {{"FFMA", 4}}},
    {"flopprof_winograd_filters", {{"FADD", 7}, {"FMUL", 7}, {"FFMA", 14}}},
    {"flopprof_winograd_images", {{"FADD", 32}}},
    {"flopprof_winograd_products", {{"FFMA", 1}}},  // of each channel
    {"flopprof_winograd_results", {{"FADD", 24}}},
};

/// Kernels that are not made for sm_80, sm_90a and sm_100a.
const std::map<std::string, int> kArchitectures = {
    {"flopprof_depended_on", 2}, {"flopprof_dependent", 2}, {"flopprof_gemm", 1}};

/// Half multiply-adds by zero outside loops load constants; no formula knows them.
bool is_constant_load(const flops::InstructionCount& entry) {
  return name_of(entry.instruction).starts_with("HFMA2") && entry.in_loops == 0;
}

Instructions counted(const CompiledKernel& kernel) {
  Instructions instructions;
  for (const flops::InstructionCount& entry : kernel.code.counts) {
    if (flops_of(entry.instruction) == 0 || is_constant_load(entry)) continue;
    instructions[name_of(entry.instruction)] += entry.count;
  }
  return instructions;
}

TEST(ShapedCubins, HoldExactlyTheInstructionsThatTheirFormulasState) {
  std::map<std::string, int> architectures;
  for (const CompiledKernel& kernel : compiled_kernels(FLOPPROF_CUBINS "/shaped")) {
    SCOPED_TRACE(kernel.name + " " + kernel.architecture);
    ASSERT_TRUE(kStated.contains(kernel.name));
    EXPECT_EQ(counted(kernel), kStated.at(kernel.name));
    EXPECT_EQ(spills_in(kernel), 0);
    ++architectures[kernel.name];
  }
  for (const auto& [name, stated] : kStated) {
    const auto few = kArchitectures.find(name);
    EXPECT_EQ(architectures[name], few == kArchitectures.end() ? 3 : few->second) << name;
  }
}

TEST(ShapedCubins, RepeatWhatTheirFormulasSayARepeat) {
  for (const CompiledKernel& kernel : compiled_kernels(FLOPPROF_CUBINS "/shaped")) {
    SCOPED_TRACE(kernel.name + " " + kernel.architecture);
    const bool is_of_one_unit =
        kernel.name == "flopprof_triad" || kernel.name == "flopprof_winograd_filters" ||
        kernel.name == "flopprof_winograd_images" || kernel.name == "flopprof_winograd_results";
    for (const flops::InstructionCount& entry : kernel.code.counts) {
      if (flops_of(entry.instruction) == 0 || is_constant_load(entry)) continue;
      EXPECT_EQ(entry.in_loops, is_of_one_unit ? 0 : entry.count) << name_of(entry.instruction);
    }
  }
}

TEST(ShapedCubins, MultiplyAsOftenAsAProductOfMatricesNeeds) {
  for (const CompiledKernel& kernel : compiled_kernels(FLOPPROF_CUBINS "/shaped")) {
    if (kernel.name != "flopprof_gemm") continue;
    std::int64_t of_a_warp_and_step = 0;
    for (const flops::InstructionCount& entry : kernel.code.counts) {
      of_a_warp_and_step += entry.count * flops_of(entry.instruction).value_or(0);
    }
    // 8192³: 32 by 32 pairs of tiles, two groups of four warps each, 128 steps.
    EXPECT_EQ(of_a_warp_and_step * 32 * 32 * 2 * 2 * 4 * 128, std::int64_t{2} * 8192 * 8192 * 8192);
  }
}

TEST(ShapedCubins, MadeTheCompilerSayNothing) {
  for (const auto& entry : std::filesystem::directory_iterator(FLOPPROF_CUBINS "/shaped")) {
    if (entry.path().extension() == ".log") {
      EXPECT_EQ(content_of(entry.path()), "") << entry.path();
    }
  }
}

}  // namespace
}  // namespace flopprof::kernels
