#include "profiler/convolution/analysis.h"

namespace flopprof::convolution {
namespace {

Analysis analysis_of(const Layer& layer, Direction direction, const NumberFormat& format,
                     const AnalysisRequest& request) {
  const Shape& shape = layer.shape;
  Analysis analysis{.layer = layer, .direction = direction, .format = format};
  analysis.algorithmic_flops = algorithmic_flops(shape).value();
  analysis.valid_tap_flops = valid_tap_flops(shape).value();
  analysis.implicit_gemm_flops = implicit_gemm_flops(shape, direction, request.tile).value();
  if (const auto winograd = winograd_2x2(shape, direction)) {
    analysis.winograd_2x2_flops = winograd->all().value();
    analysis.winograd_2x2_transform_flops = winograd->transforms.value();
  }
  if (const auto products = winograd_4x4_product(shape, direction)) {
    analysis.winograd_4x4_product_flops = products->value();
  }
  analysis.compulsory_bytes = compulsory_bytes(shape, format.bytes).value();
  if (request.peaks) {
    analysis.attainable =
        attainable(roofline_of(*request.peaks, format), analysis.flops_per_byte());
  }
  return analysis;
}

}  // namespace

double Analysis::flops_per_byte() const {
  return static_cast<double>(algorithmic_flops) / static_cast<double>(compulsory_bytes);
}

double Analysis::over_algorithmic(std::int64_t flops) const {
  return static_cast<double>(flops) / static_cast<double>(algorithmic_flops);
}

std::vector<Analysis> analyse(const std::vector<Layer>& layers, const AnalysisRequest& request) {
  std::vector<Analysis> analyses;
  for (const Layer& layer : layers) {
    for (const NumberFormat& format : request.formats) {
      for (const Direction direction : request.directions) {
        analyses.push_back(analysis_of(layer, direction, format, request));
      }
    }
  }
  return analyses;
}

}  // namespace flopprof::convolution
