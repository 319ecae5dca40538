#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "profiler/convolution/analysis.h"
#include "profiler/views/conv_plot.h"
#include "profiler/views/conv_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/conv_options.h"
#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

using convolution::ShapeList;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
  return content;
}

ShapeList shapes_of(const ConvOptions& options) {
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

flops::Peaks peaks_of(const std::string& device) {
  if (auto peaks = flops::peaks_of(device)) return *peaks;
  throw ExitWith{kWrongUsage, fmt::format("--device: the table of peaks has no \"{}\"; it has {}",
                                          device, fmt::join(flops::cards_with_peaks(), ", "))};
}

void draw(const std::string& path, const views::ConvReport& report) {
  const auto drawing = conv_plot(report);
  if (!drawing) {
    throw ExitWith{kFailed, fmt::format("--plot: {} has no peak or no bandwidth in the table, so "
                                        "there is no roof to draw",
                                        report.request.peaks->card)};
  }
  const std::string picture = path.ends_with(".png") ? png_of(*drawing) : svg_of(*drawing);
  std::ofstream file(path, std::ios::binary);
  file << picture << std::flush;
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
}

void print(const std::string& format, const views::ConvReport& report) {
  if (format == "json") return print_conv_json(std::cout, report);
  if (format == "csv") return print_conv_csv(std::cout, report);
  if (format == "markdown") return print_conv_markdown(std::cout, report);
  print_conv_text(std::cout, report, terminal_width());
}

void analytic(const ConvOptions& options) {
  views::ConvReport report{.list = shapes_of(options)};
  report.request = {.directions = options.directions,
                    .formats = options.formats,
                    .tile = options.tile,
                    .peaks = peaks_of(options.device)};
  report.rows = analyse(report.list.layers, report.request);
  if (!options.plot.empty()) draw(options.plot, report);
  print(options.format, report);
}

}  // namespace

void conv(const ConvOptions& options) {
  if (options.analytic) return analytic(options);
  throw ExitWith{kFailed,
                 "conv measures on a GPU, which is not built in; --analytic needs none and prints "
                 "the FLOPs and the roofline bound"};
}

}  // namespace flopprof::tools
