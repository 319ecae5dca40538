#include "profiler/convolution/work.h"

#include <algorithm>

namespace flopprof::convolution {
namespace {

using flops::Checked;

/// One axis of the image.
struct Axis {
  std::int64_t size, pad, filter, stride, dilation, outputs;
};

Axis rows_of(const Shape& shape) {
  return {shape.height,        shape.pad_height,      shape.filter_height,
          shape.stride_height, shape.dilation_height, shape.output_height()};
}

Axis columns_of(const Shape& shape) {
  return {shape.width,        shape.pad_width,      shape.filter_width,
          shape.stride_width, shape.dilation_width, shape.output_width()};
}

constexpr std::int64_t rounded_up(std::int64_t size, std::int64_t step) {
  return (size + step - 1) / step;
}

/// Pairs of an output and a tap that meet an element of the image: those p with
/// 0 <= p * stride + r * dilation - pad < size, over all taps r.
std::int64_t valid_taps(const Axis& axis) {
  std::int64_t pairs = 0;
  for (std::int64_t r = 0; r < axis.filter; ++r) {
    const std::int64_t before = axis.pad - r * axis.dilation;  // p * stride must reach this
    const std::int64_t first = before > 0 ? rounded_up(before, axis.stride) : 0;
    const std::int64_t beyond = axis.size + before;  // and stay below this
    const std::int64_t end = beyond > 0 ? rounded_up(beyond, axis.stride) : 0;
    pairs += std::max<std::int64_t>(0, std::min(end, axis.outputs) - first);
  }
  return pairs;
}

/// Elements of the image with one remainder of (h + pad) by the stride, and the taps that reach
/// them: r * dilation has the same remainder.
struct Phase {
  std::int64_t elements = 0;
  std::int64_t taps = 0;
};

Phase phase(const Axis& axis, std::int64_t remainder) {
  Phase phase;
  for (std::int64_t r = 0; r < axis.filter; ++r) {
    if (r * axis.dilation % axis.stride == remainder) ++phase.taps;
  }
  const std::int64_t first = (remainder - axis.pad % axis.stride + axis.stride) % axis.stride;
  if (first < axis.size) phase.elements = (axis.size - 1 - first) / axis.stride + 1;
  return phase;
}

/// The three sizes of a matrix product, padded to whole tiles; depth 0 executes nothing.
Checked product_flops(Checked rows, Checked columns, Checked depth, const Tile& tile) {
  const auto padded = [](Checked size, std::int64_t step) {
    return (size + step - 1) / step * step;
  };
  return Checked(2) * padded(rows, tile.rows) * padded(columns, tile.columns) *
         padded(depth, tile.depth);
}

Checked data_gradient_flops(const Shape& shape, const Tile& tile) {
  const Checked channels = shape.channels / shape.groups;
  const Checked filters = shape.filters / shape.groups;
  Checked flops = 0;
  for (std::int64_t i = 0; i < shape.stride_height; ++i) {
    const Phase vertical = phase(rows_of(shape), i);
    if (vertical.taps == 0) continue;
    for (std::int64_t j = 0; j < shape.stride_width; ++j) {
      const Phase horizontal = phase(columns_of(shape), j);
      const Checked elements = Checked(shape.images) * vertical.elements * horizontal.elements;
      flops += product_flops(elements, channels, filters * vertical.taps * Checked(horizontal.taps),
                             tile);
    }
  }
  return flops;
}

bool winograd_applies(const Shape& shape, Direction direction) {
  const bool plain = shape.filter_height == 3 && shape.filter_width == 3 &&
                     shape.stride_height == 1 && shape.stride_width == 1 &&
                     shape.dilation_height == 1 && shape.dilation_width == 1 && shape.groups == 1;
  if (!plain || direction == Direction::kWeightGradient) return false;
  // The data gradient is a convolution too, padded with 2 - pad.
  return direction == Direction::kForward || (shape.pad_height <= 2 && shape.pad_width <= 2);
}

/// What the transforms read and write: forward images and outputs, for the data gradient the other
/// way round.
struct WinogradSizes {
  Checked tiles, from_channels, to_channels;
};

WinogradSizes winograd_sizes(const Shape& shape, Direction direction, std::int64_t edge) {
  const bool forward = direction == Direction::kForward;
  const std::int64_t height = forward ? shape.output_height() : shape.height;
  const std::int64_t width = forward ? shape.output_width() : shape.width;
  return {Checked(shape.images) * rounded_up(height, edge) * rounded_up(width, edge),
          forward ? shape.channels : shape.filters, forward ? shape.filters : shape.channels};
}

}  // namespace

Checked algorithmic_flops(const Shape& shape) {
  return Checked(2) * shape.images * shape.filters * shape.output_height() * shape.output_width() *
         (shape.channels / shape.groups) * shape.filter_height * shape.filter_width;
}

Checked valid_tap_flops(const Shape& shape) {
  return Checked(2) * shape.images * shape.filters * (shape.channels / shape.groups) *
         valid_taps(rows_of(shape)) * valid_taps(columns_of(shape));
}

Checked implicit_gemm_flops(const Shape& shape, Direction direction, const Tile& tile) {
  const Checked channels = shape.channels / shape.groups;
  const Checked filters = shape.filters / shape.groups;
  const Checked outputs = Checked(shape.images) * shape.output_height() * shape.output_width();
  const Checked taps = channels * shape.filter_height * shape.filter_width;
  switch (direction) {
    case Direction::kForward:
      return product_flops(outputs, filters, taps, tile) * shape.groups;
    case Direction::kDataGradient:
      return data_gradient_flops(shape, tile) * shape.groups;
    case Direction::kWeightGradient:
      return product_flops(filters, taps, outputs, tile) * shape.groups;
  }
  return Checked::unknown();
}

std::optional<WinogradFlops> winograd_2x2(const Shape& shape, Direction direction) {
  if (!winograd_applies(shape, direction)) return std::nullopt;
  const auto [tiles, from, to] = winograd_sizes(shape, direction, 2);
  return WinogradFlops{
      .transforms = tiles * from * 32 + from * to * 42 + tiles * to * 24,
      .products = Checked(2 * 16) * tiles * from * to,
  };
}

std::optional<Checked> winograd_4x4_product(const Shape& shape, Direction direction) {
  if (!winograd_applies(shape, direction)) return std::nullopt;
  const auto [tiles, from, to] = winograd_sizes(shape, direction, 4);
  return Checked(2 * 36) * tiles * from * to;
}

Checked compulsory_bytes(const Shape& shape, std::int64_t element_bytes) {
  const Checked input = Checked(shape.images) * shape.channels * shape.height * shape.width;
  const Checked weights = Checked(shape.filters) * (shape.channels / shape.groups) *
                          shape.filter_height * shape.filter_width;
  const Checked output =
      Checked(shape.images) * shape.filters * shape.output_height() * shape.output_width();
  return (input + weights + output) * element_bytes;
}

}  // namespace flopprof::convolution
