#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "profiler/flops/machine_word.h"
#include "profiler/flops/matrix_shape.h"

namespace flopprof::flops {

/// What an instruction is to a count of floating-point work.
enum class InstructionKind : unsigned char {
  kArithmetic,   ///< every thread does the FLOPs
  kNoFlops,      ///< floating point, but no add or multiply: compares, conversions, MUFU
  kMatrix,       ///< a warp does the FLOPs together
  kLocalMemory,  ///< a spill, or an array that did not fit into registers
  kOther,        ///< integers, memory, control
};

/// One instruction as far as its floating-point work goes. Equal ones do equal work.
struct Instruction {
  InstructionKind kind = InstructionKind::kOther;
  std::string_view opcode;   ///< "FFMA"; empty of kOther
  std::string_view variant;  ///< ".BF16_V2": which pipe, function or format
  int thread_flops = 0;      ///< of one thread; a fused multiply-add is 2, packed ones count lanes
  MatrixShape matrix;        ///< of kMatrix

  auto operator<=>(const Instruction&) const = default;
};

/// `capability` 90 is compute capability 9.0; the same bits mean other things on others. From 75
/// on.
Instruction decoded(MachineWord word, int capability);

/// False where the instruction is under a predicate, so that not every thread may run it.
bool is_unconditional(MachineWord word);

/// How far a branch jumps from the instruction behind it, in bytes; nothing: no branch to a fixed
/// place.
std::optional<std::int64_t> branch_offset(MachineWord word, int capability);

/// As NVIDIA's disassembler writes it: "HMMA.16816.F32.BF16".
std::string name_of(const Instruction& instruction);

/// Of one thread, or of one warp where the kind is kMatrix. Nothing: the word does not say.
std::optional<std::int64_t> flops_of(const Instruction& instruction);

}  // namespace flopprof::flops
