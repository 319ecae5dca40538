#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flopprof::convolution {

/// A two-dimensional convolution as cuDNN means it: filters are not mirrored, padding is with
/// zeros.
struct Shape {
  std::int64_t images = 1;         ///< N
  std::int64_t channels = 1;       ///< C, of all groups
  std::int64_t height = 1;         ///< H
  std::int64_t width = 1;          ///< W
  std::int64_t filters = 1;        ///< K, of all groups: the channels of the output
  std::int64_t filter_height = 1;  ///< R
  std::int64_t filter_width = 1;   ///< S
  std::int64_t pad_height = 0;     ///< rows of zeros above, and as many below
  std::int64_t pad_width = 0;
  std::int64_t stride_height = 1;
  std::int64_t stride_width = 1;
  std::int64_t dilation_height = 1;
  std::int64_t dilation_width = 1;
  std::int64_t groups = 1;

  std::int64_t output_height() const;  ///< P; below 1: the filter does not fit
  std::int64_t output_width() const;   ///< Q
  bool operator==(const Shape&) const = default;
};

/// The largest size that a shape may have; what is larger no library takes.
inline constexpr std::int64_t kLargestSize = 2'147'483'647;
/// The largest filter, padding, stride and dilation.
inline constexpr std::int64_t kLargestStep = 1023;

/// What is wrong with a shape, and the name of the size that it is wrong with; nothing for a shape
/// that can be computed and whose FLOPs and bytes fit into 64 bits.
struct ShapeProblem {
  std::string size;  ///< as in a shape file: "pad_h"
  std::string problem;
};
std::optional<ShapeProblem> problem_of(const Shape& shape);

/// "16x64x56x56 k64 3x3 p1 s1": N, C, H, W, K, R and S; padding, stride, dilation and groups where
/// they are not 0 or 1. Two numbers where height and width differ: "p0,3".
std::string text_of(const Shape& shape);

/// The sizes by the names that they have in shape files.
struct NamedSize {
  std::string_view name;
  std::int64_t Shape::* size;
  std::int64_t least;
  std::int64_t most;
};
inline constexpr std::array<NamedSize, 14> kSizes = {{
    {"N", &Shape::images, 1, kLargestSize},
    {"C", &Shape::channels, 1, kLargestSize},
    {"H", &Shape::height, 1, kLargestSize},
    {"W", &Shape::width, 1, kLargestSize},
    {"K", &Shape::filters, 1, kLargestSize},
    {"R", &Shape::filter_height, 1, kLargestStep},
    {"S", &Shape::filter_width, 1, kLargestStep},
    {"pad_h", &Shape::pad_height, 0, kLargestStep},
    {"pad_w", &Shape::pad_width, 0, kLargestStep},
    {"stride_h", &Shape::stride_height, 1, kLargestStep},
    {"stride_w", &Shape::stride_width, 1, kLargestStep},
    {"dilation_h", &Shape::dilation_height, 1, kLargestStep},
    {"dilation_w", &Shape::dilation_width, 1, kLargestStep},
    {"groups", &Shape::groups, 1, kLargestSize},
}};

}  // namespace flopprof::convolution
