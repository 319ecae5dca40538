#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiler/convolution/roofline.h"
#include "profiler/convolution/work.h"

namespace flopprof::tools {

struct ConvOptions {
  std::string shapes = "deepbench";  ///< a shipped list, or a file
  std::int64_t images = 32;
  std::vector<convolution::Direction> directions;
  std::vector<convolution::NumberFormat> formats;
  bool analytic = false;
  std::string device = "H100 SXM5";
  convolution::Tile tile;
  std::string format = "text";
  std::string plot;
};

void conv(const ConvOptions& options);

}  // namespace flopprof::tools
