#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

/// A configuration that the real host library has made, of this process or of another.
class ConfigImage {
 public:
  /// Nothing where the bytes are none, or for another chip.
  static std::optional<ConfigImage> read(const std::uint8_t* bytes, std::size_t size,
                                         std::string_view chip);

  std::size_t passes() const { return passes_; }
  /// Where the stand-in's host side made it, whether `metric` was asked for; else true.
  bool counts(std::string_view metric) const;

  /// Remembers what a configuration was asked to count.
  static void remember(const std::uint8_t* bytes, std::size_t size,
                       const std::vector<std::string>& metrics);

 private:
  std::size_t passes_ = 1;
  std::set<std::string, std::less<>> metrics_;
};

}  // namespace simgpu
