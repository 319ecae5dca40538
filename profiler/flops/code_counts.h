#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "profiler/flops/instruction.h"
#include "profiler/flops/machine_word.h"

namespace flopprof::flops {

/// How often one kind of instruction stands in the code of a kernel, which is not how often it
/// runs.
struct InstructionCount {
  Instruction instruction;
  std::int64_t count = 0;
  std::int64_t under_predicate = 0;  ///< of `count`
  std::int64_t in_loops = 0;         ///< of `count`
};

/// Code that a backward branch repeats: the words [first, end).
struct Loop {
  std::size_t first = 0;
  std::size_t end = 0;
  bool is_innermost = true;
  std::vector<InstructionCount> counts;
};

struct CodeCounts {
  std::int64_t instructions = 0;
  std::vector<InstructionCount> counts;  ///< all but kOther, in the order of their names
  std::vector<Loop> loops;               ///< by their first word
};

CodeCounts counts_of(std::span<const MachineWord> code, int capability);

}  // namespace flopprof::flops
