#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "profiler/convolution/analysis.h"
#include "profiler/views/conv_plot.h"
#include "profiler/views/conv_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/conv_options.h"
#include "tools/flopprof/own_program.h"
#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

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
  write_picture(path, *drawing);
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
  become("flopprof_conv",
         "conv: this flopprof cannot measure: it was built without a CUDA toolkit, cuDNN's headers "
         "or Google Benchmark; --analytic needs none of them, nor a GPU");
}

}  // namespace flopprof::tools
