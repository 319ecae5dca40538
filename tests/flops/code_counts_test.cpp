#include "profiler/flops/code_counts.h"

#include <gmock/gmock.h>

namespace flopprof::flops {
namespace {

constexpr MachineWord kFfma{0x0000004700007223, 0x0000000000000049};
constexpr MachineWord kFfmaUnderPredicate{0x0000004700000223, 0x0000000000000049};
constexpr MachineWord kIntegers{0x0000000000007210, 0};
constexpr MachineWord kStoreLocal{0x0000000000007387, 0};

/// BRA over `words`, from the instruction behind it, as compute capability 8.0 writes it.
MachineWord branch(int words) {
  const auto bytes = static_cast<std::uint64_t>(std::int64_t{16} * words);
  return {bytes << 32 | 0x7947, bytes >> 32 & 0x3ffff};
}

TEST(CodeCounts, TellsWhatALoopRepeats) {
  const std::vector<MachineWord> code{kFfma, kIntegers, kFfma, kFfmaUnderPredicate, branch(-4)};
  const CodeCounts counts = counts_of(code, 80);
  EXPECT_EQ(counts.instructions, 5);
  ASSERT_EQ(counts.counts.size(), 1U);
  EXPECT_EQ(counts.counts[0].count, 3);
  EXPECT_EQ(counts.counts[0].in_loops, 2);
  EXPECT_EQ(counts.counts[0].under_predicate, 1);
  ASSERT_EQ(counts.loops.size(), 1U);
  EXPECT_EQ(counts.loops[0].first, 1U);
  EXPECT_EQ(counts.loops[0].end, 5U);
  EXPECT_EQ(counts.loops[0].counts[0].count, 2);
}

TEST(CodeCounts, KnowsTheInnermostLoop) {
  const std::vector<MachineWord> code{kFfma, kFfma, branch(-2), branch(-4)};
  const CodeCounts counts = counts_of(code, 80);
  ASSERT_EQ(counts.loops.size(), 2U);
  EXPECT_FALSE(counts.loops[0].is_innermost);
  EXPECT_TRUE(counts.loops[1].is_innermost);
}

TEST(CodeCounts, TakesTwoBranchesToOnePlaceForOneLoop) {
  const std::vector<MachineWord> code{kFfma, branch(-2), kFfma, branch(-4)};
  const CodeCounts counts = counts_of(code, 80);
  ASSERT_EQ(counts.loops.size(), 1U);
  EXPECT_EQ(counts.loops[0].end, 4U);
}

TEST(CodeCounts, TakesABranchToItselfOrOutOfTheCodeForNoLoop) {
  const std::vector<MachineWord> code{branch(-1), branch(-3), branch(1)};
  EXPECT_THAT(counts_of(code, 80).loops, testing::IsEmpty());
}

TEST(CodeCounts, SeesSpills) {
  const CodeCounts counts = counts_of(std::vector<MachineWord>{kStoreLocal}, 80);
  ASSERT_EQ(counts.counts.size(), 1U);
  EXPECT_EQ(counts.counts[0].instruction.kind, InstructionKind::kLocalMemory);
}

}  // namespace
}  // namespace flopprof::flops
