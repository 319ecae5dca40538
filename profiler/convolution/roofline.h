#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "profiler/flops/peaks.h"

namespace flopprof::convolution {

/// How a convolution's numbers are held and multiplied.
struct NumberFormat {
  std::string_view name;
  std::int64_t bytes = 0;       ///< of an element in memory
  std::string_view class_name;  ///< of the products: as in the table of peaks
};
inline constexpr std::array<NumberFormat, 4> kNumberFormats = {{
    {"fp32", 4, "fp32"},
    {"tf32", 4, "tensor_tf32"},
    {"fp16", 2, "tensor_fp16"},
    {"bf16", 2, "tensor_bf16"},
}};

/// What a card allows at most: its products a second, and the bytes that its memory moves.
struct Roofline {
  std::optional<flops::Peak> peak;         ///< of the format's class
  std::optional<double> bytes_per_second;  ///< of the memory

  /// FLOP/byte from which products bound the work; nothing where one of the two is unknown.
  std::optional<double> ridge() const;
};
Roofline roofline_of(const flops::Peaks& peaks, const NumberFormat& format);

enum class Bound { kUnknown, kMemory, kCompute };
constexpr std::string_view name_of(Bound bound) {
  constexpr std::array<std::string_view, 3> kNames = {"unknown", "memory", "compute"};
  return kNames[static_cast<std::size_t>(bound)];
}

/// What bounds work that moves every byte once, and its FLOP/s then.
struct Attainable {
  Bound bound = Bound::kUnknown;
  std::optional<double> flops_per_second;
};
Attainable attainable(const Roofline& roofline, double flops_per_byte);

}  // namespace flopprof::convolution
