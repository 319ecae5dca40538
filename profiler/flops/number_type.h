#pragma once

#include <string_view>

namespace flopprof::flops {

/// What a matrix instruction multiplies, or adds up in.
enum class NumberType : unsigned char {
  kNone,
  kF64,
  kF32,
  kTf32,
  kF16,
  kBf16,
  kE4m3,
  kE5m2,
  kE3m2,
  kE2m3,
  kE2m1,
  kS32,
  kS8,
  kU8,
  kS4,
  kU4,
  kB1,
};

/// As NVIDIA's disassembler spells it: "BF16".
constexpr std::string_view spelling_of(NumberType type) {
  constexpr std::string_view kSpellings[] = {"",     "F64",  "F32",  "TF32", "F16",  "BF16",
                                             "E4M3", "E5M2", "E3M2", "E2M3", "E2M1", "S32",
                                             "S8",   "U8",   "S4",   "U4",   "B1"};
  return kSpellings[static_cast<unsigned>(type)];
}

/// A float of eight bits or fewer.
constexpr bool is_narrow(NumberType type) {
  return type >= NumberType::kE4m3 && type <= NumberType::kE2m1;
}

constexpr bool is_integer(NumberType type) { return type >= NumberType::kS32; }

}  // namespace flopprof::flops
