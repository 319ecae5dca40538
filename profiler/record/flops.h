#pragma once

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace flopprof {

/// A number of floating-point operations, exact: the work of a long run leaves 64 bits.
struct Flops {
  unsigned __int128 count = 0;
  auto operator<=>(const Flops&) const = default;
};

/// All digits of `flops`, without separators.
inline std::string digits_of(Flops flops) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(flops.count % 10)));
    flops.count /= 10;
  } while (flops.count != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// Nothing unless `digits` is a whole number that fits.
inline std::optional<Flops> flops_from(std::string_view digits) {
  constexpr std::size_t kSafeDigits = 38;  // 10^38 < 2^128
  if (digits.empty() || digits.size() > kSafeDigits) return std::nullopt;
  Flops flops;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    flops.count = flops.count * 10 + static_cast<unsigned>(digit - '0');
  }
  return flops;
}

}  // namespace flopprof
