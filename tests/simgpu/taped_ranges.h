#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/simgpu/tape.h"

namespace simgpu {

/// One counter data image of a tape.
struct TapedRange {
  TapeCounterData told;
  std::span<const std::uint8_t> image;
};

/// The images of a tape, one after the other, apart by what they count.
class TapedRanges {
 public:
  explicit TapedRanges(const Tape& tape);
  /// How large the images for these metrics are; 0 where the tape has none.
  std::size_t bytes(const std::vector<std::string>& metrics) const;
  /// Null after the last.
  const TapedRange* next(const std::vector<std::string>& metrics);

 private:
  struct Series {
    std::vector<TapedRange> ranges;
    std::size_t played = 0;
  };
  std::map<std::string, Series> by_metrics_;
};

/// Null without a tape.
TapedRanges* taped_ranges();

}  // namespace simgpu
