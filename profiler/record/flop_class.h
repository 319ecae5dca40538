#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace flopprof {

/// What executed a floating-point operation: the scalar pipes, or the tensor cores, by the type of
/// their operands. Some chips count several operand types in one counter; then so does the class.
/// Scalar bf16 has no counter of its own: fp16 holds it.
enum class FlopClass {
  kFp64,
  kFp32,
  kFp16,
  kFp8,
  kTensorFp64,
  kTensorTf32,
  kTensorFp16,
  kTensorBf16,
  kTensorFp8,
  kTensorFp4,
  kTensorFp4Fp6,
  kTensorFp4Fp6Fp8,
};

/// The names in run.db and in every output, in the order of FlopClass.
inline constexpr std::array<std::string_view, 12> kFlopClassNames = {
    "fp64",        "fp32",        "fp16",           "fp8",
    "tensor_fp64", "tensor_tf32", "tensor_fp16",    "tensor_bf16",
    "tensor_fp8",  "tensor_fp4",  "tensor_fp4_fp6", "tensor_fp4_fp6_fp8"};

constexpr std::string_view name_of(FlopClass flop_class) {
  return kFlopClassNames[static_cast<std::size_t>(flop_class)];
}

constexpr std::optional<FlopClass> flop_class_named(std::string_view name) {
  for (std::size_t i = 0; i < kFlopClassNames.size(); ++i) {
    if (kFlopClassNames[i] == name) return static_cast<FlopClass>(i);
  }
  return std::nullopt;
}

}  // namespace flopprof
