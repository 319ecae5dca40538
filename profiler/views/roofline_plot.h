#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/convolution/roofline.h"
#include "profiler/flops/peaks.h"
#include "profiler/views/drawing.h"

namespace flopprof::views {

/// The most that a card does in one class of products, by FLOP/byte.
struct Roof {
  std::string name;  ///< "989 TFLOP/s of tensor_bf16"
  double flops_per_second = 0;
  double bytes_per_second = 0;
};

/// Work at its FLOP/byte, and what it reaches or could reach.
struct RooflinePoint {
  double flops_per_byte = 0;
  double flops_per_second = 0;
  bool above_all = false;  ///< in colour and on top: what the picture is about
  std::string tooltip;
};

struct RooflinePicture {
  std::string title;
  std::string subtitle;
  std::string source;
  std::string points_are;        ///< what the points in colour are: "forward"
  std::string other_points_are;  ///< the grey ones; empty: there are none
  std::vector<Roof> roofs;
  std::vector<RooflinePoint> points;
};

/// The roofs of a card for those formats that its documents give a peak and a bandwidth for.
std::vector<Roof> roofs_of(const flops::Peaks& peaks,
                           const std::vector<convolution::NumberFormat>& formats);

/// Both axes logarithmic. Nothing without a roof or without a point: then there is no scale.
std::optional<Drawing> roofline_plot(const RooflinePicture& picture);

}  // namespace flopprof::views
