#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "profiler/convolution/roofline.h"
#include "profiler/convolution/shape_list.h"
#include "profiler/convolution/work.h"
#include "profiler/flops/peaks.h"

namespace flopprof::convolution {

/// What one convolution in one direction is known to need and to execute, before anybody runs it.
struct Analysis {
  Layer layer;
  Direction direction = Direction::kForward;
  NumberFormat format;
  std::int64_t algorithmic_flops = 0;
  std::int64_t valid_tap_flops = 0;
  std::int64_t implicit_gemm_flops = 0;
  std::optional<std::int64_t> winograd_2x2_flops;
  std::optional<std::int64_t> winograd_2x2_transform_flops;  ///< the part on the scalar pipes
  std::optional<std::int64_t> winograd_4x4_product_flops;
  std::int64_t compulsory_bytes = 0;
  Attainable attainable;  ///< by algorithmic FLOPs

  double flops_per_byte() const;
  double over_algorithmic(std::int64_t flops) const;
};

struct AnalysisRequest {
  std::vector<Direction> directions = {kDirections.begin(), kDirections.end()};
  std::vector<NumberFormat> formats = {kNumberFormats[2]};
  Tile tile;
  std::optional<flops::Peaks> peaks;  ///< nothing: the card is unknown
};

/// One for every layer, format and direction. The layers' shapes have no problem_of() them.
std::vector<Analysis> analyse(const std::vector<Layer>& layers, const AnalysisRequest& request);

}  // namespace flopprof::convolution
