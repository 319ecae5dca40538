#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/convolution/roofline.h"
#include "profiler/convolution/shape_list.h"
#include "profiler/convolution/work.h"
#include "profiler/views/drawing.h"

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
  // Of measuring alone:
  int gpu = 0;  ///< CUDA's number of it
  int iterations = 20;
  std::vector<std::optional<std::int64_t>> workspace_limits;  ///< bytes; nothing: no limit
  bool all_engines = false;
  std::string cudnn;  ///< its library; empty: where the loader finds it
};

/// What the command does: `flopprof` computes, or calls the program beside it that measures.
void conv(const ConvOptions& options);

/// The list that the options name. Throws ExitWith.
convolution::ShapeList shapes_of(const ConvOptions& options);

/// SVG or PNG, by the ending of `path`. Throws ExitWith.
void write_picture(const std::string& path, const views::Drawing& drawing);

}  // namespace flopprof::tools
