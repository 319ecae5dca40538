#include "profiler/flops/code_counts.h"

#include <algorithm>
#include <map>

namespace flopprof::flops {
namespace {

constexpr std::int64_t kWordBytes = 16;

/// Several branches back to one place, as `continue` makes them, are one loop.
std::vector<Loop> loops_of(std::span<const MachineWord> code, int capability) {
  std::map<std::size_t, std::size_t> end_of;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const auto offset = branch_offset(code[at], capability);
    if (!offset || *offset % kWordBytes != 0) continue;
    const std::int64_t words = *offset / kWordBytes;
    const auto behind = static_cast<std::int64_t>(at + 1);
    // A branch to itself is where a finished kernel would stop; nothing is repeated there.
    if (words >= -1 || words < -behind) continue;
    std::size_t& end = end_of[static_cast<std::size_t>(behind + words)];
    end = std::max(end, at + 1);
  }
  std::vector<Loop> loops;
  for (const auto& [first, end] : end_of) loops.push_back({.first = first, .end = end});
  for (Loop& outer : loops) {
    for (const Loop& inner : loops) {
      const bool within = outer.first <= inner.first && inner.end <= outer.end;
      if (&inner != &outer && within) outer.is_innermost = false;
    }
  }
  return loops;
}

std::vector<InstructionCount> counts_within(std::span<const MachineWord> code, int capability,
                                            const std::vector<bool>& is_repeated) {
  std::map<Instruction, InstructionCount> counts;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const Instruction instruction = decoded(code[at], capability);
    if (instruction.kind == InstructionKind::kOther) continue;
    InstructionCount& entry = counts[instruction];
    entry.instruction = instruction;
    ++entry.count;
    entry.under_predicate += is_unconditional(code[at]) ? 0 : 1;
    entry.in_loops += is_repeated[at] ? 1 : 0;
  }
  std::vector<InstructionCount> list;
  for (auto& [instruction, entry] : counts) list.push_back(entry);
  std::ranges::sort(list, {}, [](const InstructionCount& c) { return name_of(c.instruction); });
  return list;
}

}  // namespace

CodeCounts counts_of(std::span<const MachineWord> code, int capability) {
  CodeCounts result{.instructions = static_cast<std::int64_t>(code.size()),
                    .loops = loops_of(code, capability)};
  std::vector<bool> is_repeated(code.size());
  for (Loop& loop : result.loops) {
    const auto from = is_repeated.begin() + static_cast<std::ptrdiff_t>(loop.first);
    std::fill(from, from + static_cast<std::ptrdiff_t>(loop.end - loop.first), true);
    loop.counts = counts_within(code.subspan(loop.first, loop.end - loop.first), capability,
                                std::vector<bool>(loop.end - loop.first, true));
  }
  result.counts = counts_within(code, capability, is_repeated);
  return result;
}

}  // namespace flopprof::flops
