#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

namespace flopprof::steps {

/// Notices that the world's clock, which the times of GPU kernels are given in, was set. What a
/// time server corrects little by little stays below the tolerance.
class ClockWatch {
 public:
  static constexpr std::int64_t kTolerance_ns = 2'000'000;

  /// Both clocks, read together. How far the world's one has jumped since the last call,
  /// nanoseconds; nothing where it has not.
  std::optional<std::int64_t> jump(std::int64_t realtime_ns, std::int64_t monotonic_ns) {
    const std::int64_t offset = realtime_ns - monotonic_ns;
    const std::int64_t moved = offset - offset_.value_or(offset);
    offset_ = offset;
    if (std::abs(moved) <= kTolerance_ns) return std::nullopt;
    return moved;
  }

 private:
  std::optional<std::int64_t> offset_;
};

}  // namespace flopprof::steps
