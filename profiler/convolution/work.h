#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "profiler/convolution/shape.h"
#include "profiler/flops/checked.h"

namespace flopprof::convolution {

/// Which of the three tensors the convolution computes.
enum class Direction { kForward, kDataGradient, kWeightGradient };
inline constexpr std::array<Direction, 3> kDirections = {
    Direction::kForward, Direction::kDataGradient, Direction::kWeightGradient};
inline constexpr std::array<std::string_view, 3> kDirectionNames = {"forward", "data_gradient",
                                                                    "weight_gradient"};
constexpr std::string_view name_of(Direction direction) {
  return kDirectionNames[static_cast<std::size_t>(direction)];
}

/// 2 N K P Q (C / groups) R S, in every direction: the published number. Padding counts as work.
flops::Checked algorithmic_flops(const Shape& shape);

/// Without the products with padding: what no direction can do without, unless by another
/// algorithm.
flops::Checked valid_tap_flops(const Shape& shape);

/// The part of a matrix product that one block of threads computes, and how deep it steps.
struct Tile {
  std::int64_t rows = 128;
  std::int64_t columns = 128;
  std::int64_t depth = 64;
};
inline constexpr Tile kWidestTile = {.rows = 512, .columns = 512, .depth = 512};

/// FLOPs of the matrix products that an implicit GEMM executes, tiles padded to whole ones, for
/// each group: forward NPQ x K/groups x RSC/groups; data gradient NHW x C/groups x RSK/groups, for
/// a stride once for every remainder of h and w, with the taps that reach it; weight gradient
/// K/groups x RSC/groups x NPQ.
flops::Checked implicit_gemm_flops(const Shape& shape, Direction direction, const Tile& tile);

/// FLOPs of Winograd's F(2x2, 3x3), as Lavin and Gray (arXiv 1509.09308) write it.
struct WinogradFlops {
  flops::Checked transforms;  ///< 32 a tile and input channel, 42 a filter and input channel (with
                              ///< products by halves), 24 a tile and filter: scalar pipes
  flops::Checked products;    ///< 16 matrix products
  flops::Checked all() const { return transforms + products; }
};
/// Nothing where it does not apply: filters other than 3x3, strides, dilations, groups, the weight
/// gradient, and a data gradient with more padding than 2.
std::optional<WinogradFlops> winograd_2x2(const Shape& shape, Direction direction);
/// F(4x4, 3x3): of its 36 matrix products alone. What its transforms cost depends on how common
/// terms are shared, which no library says.
std::optional<flops::Checked> winograd_4x4_product(const Shape& shape, Direction direction);

inline constexpr std::int64_t kWidestElementBytes = 8;
/// Every one of the three tensors moved once, in every direction.
flops::Checked compulsory_bytes(const Shape& shape, std::int64_t element_bytes);

}  // namespace flopprof::convolution
