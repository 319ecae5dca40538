#include "profiler/views/conv_plot.h"

#include <fmt/format.h>

#include "profiler/views/roofline_plot.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using convolution::Analysis;
using convolution::Direction;

RooflinePoint point_of(const Analysis& row, double flops_per_second) {
  const std::string name = row.layer.name.empty() ? "" : row.layer.name + ", ";
  return {.flops_per_byte = row.flops_per_byte(),
          .flops_per_second = flops_per_second,
          .above_all = true,
          .tooltip =
              fmt::format("{}{}, {}: {} FLOP/byte, at most {} TFLOP/s", name,
                          text_of(row.layer.shape), row.format.name,
                          number_text(row.flops_per_byte()), number_text(flops_per_second / 1e12))};
}

}  // namespace

std::optional<Drawing> conv_plot(const ConvReport& report) {
  if (!report.request.peaks) return std::nullopt;
  const Direction direction = report.request.directions.front();
  RooflinePicture picture{.title = report.list.name + " on " + report.request.peaks->card,
                          .subtitle = "where memory or compute bounds each convolution",
                          .source = report.list.source,
                          .points_are = "convolutions, in every direction",
                          .roofs = roofs_of(*report.request.peaks, report.request.formats)};
  for (const Analysis& row : report.rows) {
    const auto rate = row.attainable.flops_per_second;
    if (rate && row.direction == direction) picture.points.push_back(point_of(row, *rate));
  }
  return roofline_plot(picture);
}

}  // namespace flopprof::views
