#include "profiler/flops/matrix_shape.h"

namespace flopprof::flops {
namespace {

using enum NumberType;

constexpr int kWarpGroup = 4;  ///< warps

constexpr NumberType kFloats8[] = {kE4m3, kE5m2, kNone, kE3m2, kE2m3, kE2m1, kNone, kNone};

NumberType half_type(unsigned code) {
  constexpr NumberType kTypes[] = {kF16, kBf16, kTf32, kNone};
  return kTypes[code];
}

NumberType integer_type(bool of_four_bits, bool is_signed) {
  if (of_four_bits) return is_signed ? kS4 : kU4;
  return is_signed ? kS8 : kU8;
}

int wgmma_n(MachineWord word) { return 8 * (static_cast<int>(word.bits(53, 5)) + 1); }

}  // namespace

MatrixShape hmma_shape(MachineWord word) {
  MatrixShape shape{.m = 16, .n = 8};
  shape.sum = word.bits(76, 1) != 0 ? kF32 : kF16;
  shape.a = shape.b = half_type(word.bits(82, 2));
  shape.sparse = word.bits(73, 1) != 0;
  constexpr int kDepths[] = {8, 16, 4, 32};
  shape.k = kDepths[word.bits(75, 1) + 2 * word.bits(78, 1)];
  return shape;
}

MatrixShape hmma_step_shape(MachineWord word) {
  MatrixShape shape{.m = 8, .n = 8, .k = 4, .sum = kF32, .a = kF16, .b = kF16};
  if (word.bits(76, 1) != 0) return shape;
  shape.sum = kF16;
  shape.at_once = 2;
  return shape;
}

MatrixShape imma_shape(MachineWord word) {
  MatrixShape shape{.m = 16, .n = 8, .sum = kS32};
  const unsigned code = word.bits(75, 1) + 2 * word.bits(85, 2);
  constexpr int kDepths[] = {16, 0, 32, 0, 16, 32, 64, 0};
  shape.k = kDepths[code];
  if (code < 4) shape.m = 8;
  shape.a = integer_type(word.bits(83, 1) != 0, word.bits(76, 1) != 0);
  shape.b = integer_type(word.bits(84, 1) != 0, word.bits(78, 1) != 0);
  shape.sparse = word.bits(72, 1) != 0;
  return shape;
}

MatrixShape bmma_shape(MachineWord word) {
  MatrixShape shape{.m = 8, .n = 8, .k = 128, .sum = kS32, .a = kB1, .b = kB1};
  const bool is_deep = word.bits(76, 1) != 0;
  if (is_deep) shape.k = 256;
  if (is_deep || word.bits(75, 1) != 0) shape.m = 16;
  return shape;
}

MatrixShape dmma_shape(MachineWord word) {
  const unsigned code = word.bits(76, 2);
  constexpr int kDepths[] = {4, 4, 8, 16};
  return {.m = code == 0 ? 8 : 16, .n = 8, .k = kDepths[code], .sum = kF64, .a = kF64, .b = kF64};
}

MatrixShape qmma_shape(MachineWord word) {
  MatrixShape shape{.m = 16, .n = 8};
  shape.sum = word.bits(77, 1) != 0 ? kF32 : kF16;
  shape.a = kFloats8[word.bits(78, 1) + 2 * word.bits(82, 2)];
  shape.b = kFloats8[word.bits(79, 1) + 2 * word.bits(84, 2)];
  shape.sparse = word.bits(80, 1) != 0;
  shape.scaled = word.bits(9, 3) == 2;
  shape.k = shape.sparse ? 64 : word.bits(75, 1) != 0 ? 32 : 16;
  return shape;
}

MatrixShape omma_shape(MachineWord word) {
  const bool sparse = word.bits(80, 1) != 0;
  return {.m = 16,
          .n = 8,
          .k = sparse ? 128 : 64,
          .sum = kF32,
          .a = kE2m1,
          .b = kE2m1,
          .sparse = sparse,
          .scaled = true};
}

MatrixShape hgmma_shape(MachineWord word) {
  MatrixShape shape{.m = 64, .n = wgmma_n(word), .warps = kWarpGroup};
  constexpr int kDepths[] = {16, 8, 32, 0};
  shape.k = kDepths[word.bits(58, 2)];
  shape.sum = word.bits(75, 1) != 0 ? kF32 : kF16;
  shape.a = shape.b = half_type(word.bits(76, 2));
  shape.sparse = word.bits(73, 1) != 0;
  return shape;
}

MatrixShape qgmma_shape(MachineWord word) {
  MatrixShape shape{.m = 64, .n = wgmma_n(word), .warps = kWarpGroup};
  shape.k = word.bits(58, 1) != 0 ? 64 : 32;
  shape.sum = word.bits(75, 1) != 0 ? kF32 : kF16;
  shape.a = word.bits(76, 1) != 0 ? kE5m2 : kE4m3;
  shape.b = word.bits(77, 1) != 0 ? kE5m2 : kE4m3;
  shape.sparse = word.bits(73, 1) != 0;
  return shape;
}

MatrixShape igmma_shape(MachineWord word) {
  // Widths are numbered 8, 16, 24, 32, 48, 64 …, three codes each.
  const int width = static_cast<int>(word.bits(53, 6) / 3);
  MatrixShape shape{.m = 64, .n = width < 4 ? 8 * (width + 1) : 16 * (width - 1), .sum = kS32};
  shape.warps = kWarpGroup;
  shape.sparse = word.bits(73, 1) != 0;
  shape.k = shape.sparse ? 64 : 32;
  shape.a = integer_type(false, word.bits(76, 1) != 0);
  shape.b = integer_type(false, word.bits(82, 1) != 0);
  return shape;
}

std::int64_t flops_a_warp(const MatrixShape& shape) {
  if (is_integer(shape.sum)) return 0;
  const std::int64_t dense =
      std::int64_t{2} * shape.m * shape.n * shape.k * shape.at_once / shape.warps;
  return shape.sparse ? dense / 2 : dense;
}

std::string spelling_of(const MatrixShape& shape) {
  if (shape.m == 0) return "";
  const std::string between = shape.sum == kF64 || shape.warps > 1 ? "x" : "";
  std::string text = shape.scaled ? "SF." : "";
  if (shape.sparse) text += "SP.";
  text += std::to_string(shape.m) + between + std::to_string(shape.n) + between +
          std::to_string(shape.k);
  const auto add = [&text](NumberType type) { text.append(".").append(spelling_of(type)); };
  if (shape.sum == kF16 || shape.sum == kF32) add(shape.sum);
  if (shape.a == kF16 || shape.a == kF64 || shape.a == kB1) return text;  // goes without saying
  add(shape.a);
  if (is_integer(shape.a) || is_narrow(shape.a)) add(shape.b);
  return text;
}

}  // namespace flopprof::flops
