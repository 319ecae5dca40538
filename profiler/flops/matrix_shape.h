#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "profiler/flops/machine_word.h"
#include "profiler/flops/number_type.h"

namespace flopprof::flops {

/// What one matrix instruction multiplies: an m×k by a k×n matrix, added to m×n. `m` 0: the word
/// does not say, because the shape stands in a register (tcgen05).
struct MatrixShape {
  int m = 0;
  int n = 0;
  int k = 0;
  NumberType sum = NumberType::kNone;
  NumberType a = NumberType::kNone;
  NumberType b = NumberType::kNone;
  bool sparse = false;  ///< 2:4: half of the products of the shape are never computed
  bool scaled = false;  ///< block-scaled operands
  int warps = 1;        ///< that issue the instruction together for this shape
  int at_once = 1;      ///< products of this shape, of quarters of a warp

  auto operator<=>(const MatrixShape&) const = default;
};

// One function an opcode; the word is known to be of it.
MatrixShape hmma_shape(MachineWord word);
/// Volta's m8n8k4, which the quarters of a warp make in steps: two of halves, or four of singles.
MatrixShape hmma_step_shape(MachineWord word);
MatrixShape imma_shape(MachineWord word);
MatrixShape bmma_shape(MachineWord word);
MatrixShape dmma_shape(MachineWord word);
MatrixShape qmma_shape(MachineWord word);
MatrixShape omma_shape(MachineWord word);
MatrixShape hgmma_shape(MachineWord word);
MatrixShape qgmma_shape(MachineWord word);
MatrixShape igmma_shape(MachineWord word);

/// Floating-point operations of one warp: 2·m·n·k, over the warps that share the shape, and half
/// of it where it is sparse. Integer matrices do none.
std::int64_t flops_a_warp(const MatrixShape& shape);

/// "16816.F32.BF16", as NVIDIA's disassembler writes it after the opcode; empty without a shape.
std::string spelling_of(const MatrixShape& shape);

}  // namespace flopprof::flops
