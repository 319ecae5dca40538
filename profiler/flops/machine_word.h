#pragma once

#include <cstdint>

namespace flopprof::flops {

/// One instruction as compute capability 7.5 and later store it, least significant half first.
struct MachineWord {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  /// Bits `from`, counted from the least significant of all 128, to `from + count - 1`. They lie in
  /// one half.
  constexpr unsigned bits(unsigned from, unsigned count) const {
    const std::uint64_t half = from < 64 ? low : high;
    return static_cast<unsigned>(half >> (from % 64) & ((std::uint64_t{1} << count) - 1));
  }
};

}  // namespace flopprof::flops
