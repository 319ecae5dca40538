#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simgpu {

/// What a range counted; NaN for what its configuration does not count, or not yet.
struct CountedRange {
  std::string name;
  std::vector<double> values;  ///< in the order of the metrics
};

/// The stand-in's own counter data image, in memory that the profiler's client gave. It says which
/// metrics it holds, for at most so many ranges.
class CounterImage {
 public:
  static constexpr std::size_t kNameBytes = 128;

  static std::size_t bytes(std::size_t metrics, std::size_t most_ranges);
  static CounterImage made(std::uint8_t* memory, const std::vector<std::string>& metrics,
                           std::size_t most_ranges);
  /// Nothing where the memory holds no such image, as one that a GPU has filled.
  static std::optional<CounterImage> at(const std::uint8_t* memory, std::size_t size);

  std::size_t ranges() const;
  std::vector<std::string> metrics() const;
  CountedRange range(std::size_t index) const;
  const char* range_name(std::size_t index) const;

  /// Writes over range `index`, or after the last; false when the image is full.
  bool put(std::size_t index, const CountedRange& range);

 private:
  explicit CounterImage(std::uint8_t* memory) : memory_(memory) {}
  std::uint8_t* range_at(std::size_t index) const;
  std::uint8_t* memory_;
};

}  // namespace simgpu
