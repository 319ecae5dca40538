#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "kernels/reference_kernel.h"
#include "tests/kernels/compiled_kernels.h"

namespace flopprof::kernels {
namespace {

using flops::InstructionCount;
using flops::InstructionKind;

/// What the loop of a compiled kernel holds; loops that only move numbers are passed over.
struct CompiledLoop {
  std::string architecture;
  int capability = 0;
  std::string kernel;
  std::vector<InstructionCount> counts;
  std::int64_t spills = 0;  ///< anywhere in the kernel
  std::size_t loops = 0;
};

std::vector<CompiledLoop> compiled_loops() {
  std::vector<CompiledLoop> loops;
  for (const CompiledKernel& kernel : compiled_kernels(FLOPPROF_CUBINS)) {
    CompiledLoop loop{.architecture = kernel.architecture,
                      .capability = kernel.capability,
                      .kernel = kernel.name,
                      .spills = spills_in(kernel)};
    for (const flops::Loop& candidate : kernel.code.loops) {
      if (candidate.counts.empty()) continue;
      loop.counts = candidate.counts;
      ++loop.loops;
    }
    loops.push_back(loop);
  }
  return loops;
}

/// By class: FLOPs of a thread, and of a warp.
using Totals = std::map<FlopClass, std::pair<std::int64_t, std::int64_t>>;

Totals counted(const CompiledLoop& loop) {
  Totals totals;
  for (const InstructionCount& entry : loop.counts) {
    const std::string name = name_of(entry.instruction);
    const auto flops = flops_of(entry.instruction);
    if (flops == 0) continue;
    const auto kind = class_of(name);
    if (!flops || !kind) {
      ADD_FAILURE() << "no formula knows " << name;
      continue;
    }
    auto& [a_thread, a_warp] = totals[*kind];
    const bool of_a_warp = entry.instruction.kind == InstructionKind::kMatrix;
    (of_a_warp ? a_warp : a_thread) += entry.count * *flops;
  }
  return totals;
}

Totals stated(const ReferenceKernel& kernel, int capability) {
  Totals totals;
  for (const TripFlops& trip : kernel.trip) {
    if (capability < trip.first_capability || capability > trip.last_capability) continue;
    totals[trip.kind].first += trip.a_thread;
    totals[trip.kind].second += trip.a_warp;
  }
  return totals;
}

std::map<std::string, ReferenceKernel> kernels_by_name() {
  std::map<std::string, ReferenceKernel> kernels;
  for (const ReferenceKernel& kernel : reference_kernels()) kernels[kernel.name] = kernel;
  return kernels;
}

TEST(Cubins, HoldInTheirLoopsExactlyTheFlopsThatTheFormulasState) {
  const auto kernels = kernels_by_name();
  for (const CompiledLoop& loop : compiled_loops()) {
    SCOPED_TRACE(loop.kernel + " " + loop.architecture);
    ASSERT_TRUE(kernels.contains(loop.kernel));
    const Totals formula = stated(kernels.at(loop.kernel), loop.capability);
    EXPECT_LE(loop.loops, 1U);
    EXPECT_TRUE(loop.loops == 1 || formula.empty());
    EXPECT_EQ(counted(loop), formula);
  }
}

TEST(Cubins, AreThereForEveryKernelAndArchitecture) {
  std::set<std::string> compiled;
  for (const CompiledLoop& loop : compiled_loops()) {
    compiled.insert(loop.kernel + " " + loop.architecture);
  }
  for (const ReferenceKernel& kernel : reference_kernels()) {
    for (const auto& [capability, name] : {std::pair(80, "80"), {90, "90a"}, {100, "100a"}}) {
      const bool wanted =
          kernel.first_capability <= capability && capability <= kernel.last_capability;
      const std::string of_it = std::string(kernel.name) + " sm_" + name;
      EXPECT_EQ(compiled.contains(of_it), wanted) << of_it;
    }
  }
}

TEST(Cubins, SpillNothing) {
  for (const CompiledLoop& loop : compiled_loops()) {
    EXPECT_EQ(loop.spills, 0) << loop.kernel << " " << loop.architecture;
  }
}

TEST(Cubins, MadeTheCompilerSayNothing) {
  for (const auto& entry : std::filesystem::directory_iterator(FLOPPROF_CUBINS)) {
    if (entry.path().extension() == ".log") {
      EXPECT_EQ(content_of(entry.path()), "") << entry.path();
    }
  }
}

/// One line a kernel and architecture: "flopprof_ffma sm_90a: 256 FFMA".
std::string histograms() {
  std::string text;
  for (const CompiledLoop& loop : compiled_loops()) {
    text += loop.kernel + " " + loop.architecture + ":";
    for (const InstructionCount& entry : loop.counts) {
      text += " " + std::to_string(entry.count) + " " + name_of(entry.instruction);
    }
    text += "\n";
  }
  return text;
}

TEST(Cubins, HoldTheInstructionsThatThisCompilerMadeBefore) {
  const std::filesystem::path golden =
      FLOPPROF_GOLDEN "/kernels/nvcc-" FLOPPROF_NVCC_VERSION ".txt";
  const std::filesystem::path made = FLOPPROF_CUBINS "/histograms.txt";
  std::ofstream(made) << histograms();
  if (!std::filesystem::exists(golden)) {
    GTEST_SKIP() << "no histograms of nvcc " FLOPPROF_NVCC_VERSION "; where they are right, copy "
                 << made << " to " << golden;
  }
  EXPECT_EQ(histograms(), content_of(golden));
}

TEST(ReferenceKernel, CountsTheLanesThatTakePart) {
  const auto kernels = kernels_by_name();
  const Launch launch{.blocks = 3, .threads = 64, .trips = 10, .lanes = 7};
  // 6 warps, 10 trips: 7 lanes of 512 FLOPs each, and 25 of 128.
  EXPECT_EQ(flops_of(kernels.at("flopprof_predicated"), FlopClass::kFp32, launch, 90), 215040);
  EXPECT_EQ(flops_of(kernels.at("flopprof_divergent"), FlopClass::kFp32, launch, 90), 407040);
  EXPECT_EQ(flops_of(kernels.at("flopprof_divergent"), FlopClass::kFp64, launch, 90), 0);
}

TEST(ReferenceKernel, KnowsWhichGpusHaveNoInstructionForNarrowFloats) {
  const ReferenceKernel kernel = kernels_by_name().at("flopprof_mma_e4m3");
  const Launch launch{.blocks = 1, .threads = 32, .trips = 1};
  // 8 products of 8192 FLOPs; of halves, with 4 adds of each of 32 threads, where there is no
  // other.
  EXPECT_EQ(flops_of(kernel, FlopClass::kTensorFp8, launch, 89), 65536);
  EXPECT_EQ(flops_of(kernel, FlopClass::kFp32, launch, 89), 0);
  EXPECT_EQ(flops_of(kernel, FlopClass::kTensorFp8, launch, 90), 0);
  EXPECT_EQ(flops_of(kernel, FlopClass::kTensorFp16, launch, 90), 65536);
  EXPECT_EQ(flops_of(kernel, FlopClass::kFp32, launch, 90), 1024);
}

TEST(ReferenceKernel, CountsBeyond32Bits) {
  const auto kernels = kernels_by_name();
  const Launch launch{.blocks = 1000, .threads = 1024, .trips = 1'000'000};
  EXPECT_EQ(flops_of(kernels.at("flopprof_mma_bf16"), FlopClass::kTensorBf16, launch, 80),
            8'388'608'000'000'000);
}

}  // namespace
}  // namespace flopprof::kernels
