#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/flopprof/commands.h"
#include "tools/flopprof/conv_options.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
  return content;
}

}  // namespace

convolution::ShapeList shapes_of(const ConvOptions& options) {
  const auto shipped = convolution::shipped_shape_lists();
  if (std::ranges::find(shipped, options.shapes) != shipped.end()) {
    return convolution::shipped_shapes(options.shapes, options.images);
  }
  if (!std::filesystem::is_regular_file(options.shapes)) {
    throw ExitWith{kWrongUsage, fmt::format("--shapes: {} is neither a file nor one of {}",
                                            options.shapes, fmt::join(shipped, ", "))};
  }
  try {
    return {.name = std::filesystem::path(options.shapes).filename().string(),
            .source = "a shape file",
            .layers = convolution::layers_of(content_of(options.shapes), options.images)};
  } catch (const convolution::ShapeListError& error) {
    throw ExitWith{kFailed, fmt::format("{}: {}", options.shapes, error.what())};
  }
}

void write_picture(const std::string& path, const views::Drawing& drawing) {
  const std::string picture = path.ends_with(".png") ? png_of(drawing) : svg_of(drawing);
  std::ofstream file(path, std::ios::binary);
  file << picture << std::flush;
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
}

}  // namespace flopprof::tools
