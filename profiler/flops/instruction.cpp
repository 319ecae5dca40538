#include "profiler/flops/instruction.h"

namespace flopprof::flops {
namespace {

using enum InstructionKind;
using Shape = MatrixShape (*)(MachineWord);

/// Bits 0 to 8 of a word name the opcode; some codes were given to another one later.
struct Opcode {
  unsigned code = 0;
  int from_capability = 0;
  int until_capability = 1000;  ///< inclusive
  InstructionKind kind = kOther;
  std::string_view name;
  int thread_flops = 0;
  Shape shape = nullptr;
};

constexpr int kFirst = 75;
constexpr int kLast = 1000;

constexpr Opcode arithmetic(unsigned code, std::string_view name, int flops) {
  return {code, kFirst, kLast, kArithmetic, name, flops, nullptr};
}
constexpr Opcode no_flops(unsigned code, std::string_view name) {
  return {code, kFirst, kLast, kNoFlops, name, 0, nullptr};
}
constexpr Opcode matrix(unsigned code, std::string_view name, Shape shape) {
  return {code, kFirst, kLast, kMatrix, name, 0, shape};
}

constexpr Opcode kOpcodes[] = {
    arithmetic(0x020, "FMUL", 1),
    arithmetic(0x021, "FADD", 1),
    arithmetic(0x022, "FSWZADD", 1),
    arithmetic(0x023, "FFMA", 2),
    arithmetic(0x028, "DMUL", 1),
    arithmetic(0x029, "DADD", 1),
    arithmetic(0x02b, "DFMA", 2),
    arithmetic(0x030, "HADD2", 2),
    arithmetic(0x031, "HFMA2", 4),
    arithmetic(0x032, "HMUL2", 2),
    {0x035, 80, 99, kArithmetic, "HFMA2", 4, nullptr},
    {0x049, 100, 119, kArithmetic, "FFMA2", 4, nullptr},
    {0x04a, 100, 119, kArithmetic, "FMUL2", 2, nullptr},
    {0x04b, 100, 119, kArithmetic, "FADD2", 2, nullptr},
    no_flops(0x008, "FSEL"),
    no_flops(0x009, "FMNMX"),
    no_flops(0x00a, "FSET"),
    no_flops(0x00b, "FSETP"),
    no_flops(0x02a, "DSETP"),
    no_flops(0x033, "HSET2"),
    no_flops(0x034, "HSETP2"),
    {0x03e, 80, kLast, kNoFlops, "F2FP", 0, nullptr},
    {0x040, 80, kLast, kNoFlops, "HMNMX2", 0, nullptr},
    {0x045, 89, kLast, kNoFlops, "I2FP", 0, nullptr},
    no_flops(0x102, "FCHK"),
    no_flops(0x104, "F2F"),
    no_flops(0x105, "F2I"),
    no_flops(0x106, "I2F"),
    no_flops(0x107, "FRND"),
    no_flops(0x108, "MUFU"),
    no_flops(0x110, "F2F"),
    no_flops(0x111, "F2I"),
    no_flops(0x112, "I2F"),
    no_flops(0x113, "FRND"),
    {0x036, kFirst, 79, kMatrix, "HMMA", 0, hmma_step_shape},
    matrix(0x037, "IMMA", imma_shape),
    matrix(0x03c, "HMMA", hmma_shape),
    matrix(0x03d, "BMMA", bmma_shape),
    matrix(0x03f, "DMMA", dmma_shape),
    {0x07a, 89, kLast, kMatrix, "QMMA", 0, qmma_shape},
    {0x07f, 120, kLast, kMatrix, "OMMA", 0, omma_shape},
    {0x1f0, 90, 90, kMatrix, "HGMMA", 0, hgmma_shape},
    {0x1f1, 90, 90, kMatrix, "IGMMA", 0, igmma_shape},
    {0x1f3, 90, 90, kMatrix, "QGMMA", 0, qgmma_shape},
    {0x1ea, 100, 119, kMatrix, "UTCMMA", 0, nullptr},
    {0x183, kFirst, kLast, kLocalMemory, "LDL", 0, nullptr},
    {0x187, kFirst, kLast, kLocalMemory, "STL", 0, nullptr},
};

constexpr unsigned kBranch = 0x147;
constexpr unsigned kAlways = 7;  ///< PT, the predicate that is always true

const Opcode* opcode_of(unsigned code, int capability) {
  for (const Opcode& opcode : kOpcodes) {
    if (opcode.code == code && opcode.from_capability <= capability &&
        capability <= opcode.until_capability) {
      return &opcode;
    }
  }
  return nullptr;
}

std::string_view half_variant(MachineWord word, bool on_matrix_pipe) {
  const bool bf16 = word.bits(85, 1) != 0;
  if (on_matrix_pipe) return bf16 ? ".MMA.BF16_V2" : ".MMA";
  return bf16 ? ".BF16_V2" : "";
}

std::string_view function_of_mufu(MachineWord word) {
  constexpr std::string_view kFunctions[] = {".COS",    ".SIN",    ".EX2",  ".LG2",  ".RCP", ".RSQ",
                                             ".RCP64H", ".RSQ64H", ".SQRT", ".TANH", "",     "",
                                             "",        "",        "",      ""};
  return kFunctions[word.bits(74, 4)];
}

/// The opcodes that share a code, told apart by their own bits.
std::string_view tcgen05_name(MachineWord word) {
  if (word.bits(62, 2) == 3) return "UTCOMMA";
  constexpr std::string_view kNames[] = {"UTCHMMA", "UTCIMMA", "", "UTCQMMA"};
  return kNames[word.bits(72, 2)];
}

void tell_apart(MachineWord word, int capability, Instruction& instruction) {
  switch (word.bits(0, 9)) {
    case 0x021:
      if (capability >= 100 && word.bits(81, 1) != 0) instruction.opcode = "FHADD";
      break;
    case 0x023:
      if (capability >= 100 && word.bits(81, 1) != 0) instruction.opcode = "FHFMA";
      break;
    case 0x030:
      instruction.variant = word.bits(78, 1) != 0 ? ".F32" : half_variant(word, false);
      break;
    case 0x031:
    case 0x032:
      instruction.variant = half_variant(word, false);
      break;
    case 0x035:
      instruction.variant = half_variant(word, true);
      break;
    case 0x108:
      instruction.variant = function_of_mufu(word);
      break;
    case 0x1ea:
      instruction.opcode = tcgen05_name(word);
      break;
    default:
      break;
  }
}

std::int64_t sign_extended(std::uint64_t value, unsigned bits) {
  const unsigned unused = 64 - bits;
  return static_cast<std::int64_t>(value << unused) >> unused;
}

}  // namespace

Instruction decoded(MachineWord word, int capability) {
  const Opcode* opcode = opcode_of(word.bits(0, 9), capability);
  if (opcode == nullptr) return {};
  Instruction instruction{
      .kind = opcode->kind, .opcode = opcode->name, .thread_flops = opcode->thread_flops};
  if (opcode->shape != nullptr) instruction.matrix = opcode->shape(word);
  tell_apart(word, capability, instruction);
  return instruction;
}

bool is_unconditional(MachineWord word) { return word.bits(12, 4) == kAlways; }

std::optional<std::int64_t> branch_offset(MachineWord word, int capability) {
  if (word.bits(0, 9) != kBranch) return std::nullopt;
  const std::uint64_t upper = word.bits(64, 18);
  if (capability < 90) return sign_extended(upper << 32 | word.low >> 32, 50);
  return 4 * sign_extended((upper << 30 | word.low >> 34) << 8 | word.bits(16, 8), 56);
}

std::string name_of(const Instruction& instruction) {
  std::string name(instruction.opcode);
  name += instruction.variant;
  if (const std::string shape = spelling_of(instruction.matrix); !shape.empty()) {
    name += "." + shape;
  }
  return name;
}

std::optional<std::int64_t> flops_of(const Instruction& instruction) {
  if (instruction.kind != InstructionKind::kMatrix) return instruction.thread_flops;
  if (instruction.opcode == "UTCIMMA") return 0;
  if (instruction.matrix.m == 0 || instruction.matrix.k == 0) return std::nullopt;
  return flops_a_warp(instruction.matrix);
}

}  // namespace flopprof::flops
