#include "profiler/convolution/shape.h"

#include <fmt/format.h>

#include "profiler/convolution/work.h"

namespace flopprof::convolution {
namespace {

std::int64_t outputs(std::int64_t size, std::int64_t pad, std::int64_t filter,
                     std::int64_t dilation, std::int64_t stride) {
  const std::int64_t room = size + 2 * pad - (dilation * (filter - 1) + 1);
  return room < 0 ? 0 : room / stride + 1;
}

std::string pair(std::string_view letter, std::int64_t height, std::int64_t width) {
  if (height == width) return fmt::format(" {}{}", letter, height);
  return fmt::format(" {}{},{}", letter, height, width);
}

std::optional<ShapeProblem> size_out_of_range(const Shape& shape) {
  for (const NamedSize& named : kSizes) {
    const std::int64_t size = shape.*named.size;
    if (size < named.least || size > named.most) {
      return ShapeProblem{std::string(named.name),
                          fmt::format("{} is not from {} to {}", size, named.least, named.most)};
    }
  }
  return std::nullopt;
}

std::optional<ShapeProblem> overflow_in(const Shape& shape) {
  for (const Direction direction : kDirections) {
    const bool fits = algorithmic_flops(shape).ok() && valid_tap_flops(shape).ok() &&
                      compulsory_bytes(shape, kWidestElementBytes).ok() &&
                      implicit_gemm_flops(shape, direction, kWidestTile).ok();
    const auto small_tiles = winograd_2x2(shape, direction);
    const auto large_tiles = winograd_4x4_product(shape, direction);
    if (!fits || (small_tiles && !small_tiles->all().ok()) || (large_tiles && !large_tiles->ok())) {
      return ShapeProblem{"N", "the FLOPs or bytes of this shape do not fit into 64 bits"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::int64_t Shape::output_height() const {
  return outputs(height, pad_height, filter_height, dilation_height, stride_height);
}

std::int64_t Shape::output_width() const {
  return outputs(width, pad_width, filter_width, dilation_width, stride_width);
}

std::optional<ShapeProblem> problem_of(const Shape& shape) {
  if (auto problem = size_out_of_range(shape)) return problem;
  if (shape.channels % shape.groups != 0 || shape.filters % shape.groups != 0) {
    return ShapeProblem{"groups", fmt::format("{} groups do not divide C = {} and K = {}",
                                              shape.groups, shape.channels, shape.filters)};
  }
  if (shape.output_height() < 1) {
    return ShapeProblem{"R", fmt::format("a filter of {} rows does not fit into H = {} with "
                                         "pad_h = {} and dilation_h = {}",
                                         shape.filter_height, shape.height, shape.pad_height,
                                         shape.dilation_height)};
  }
  if (shape.output_width() < 1) {
    return ShapeProblem{
        "S", fmt::format("a filter of {} columns does not fit into W = {} with "
                         "pad_w = {} and dilation_w = {}",
                         shape.filter_width, shape.width, shape.pad_width, shape.dilation_width)};
  }
  return overflow_in(shape);
}

std::string text_of(const Shape& shape) {
  std::string text =
      fmt::format("{}x{}x{}x{} k{} {}x{}", shape.images, shape.channels, shape.height, shape.width,
                  shape.filters, shape.filter_height, shape.filter_width);
  if (shape.pad_height != 0 || shape.pad_width != 0) {
    text += pair("p", shape.pad_height, shape.pad_width);
  }
  if (shape.stride_height != 1 || shape.stride_width != 1) {
    text += pair("s", shape.stride_height, shape.stride_width);
  }
  if (shape.dilation_height != 1 || shape.dilation_width != 1) {
    text += pair("d", shape.dilation_height, shape.dilation_width);
  }
  if (shape.groups != 1) text += fmt::format(" g{}", shape.groups);
  return text;
}

}  // namespace flopprof::convolution
