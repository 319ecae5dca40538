#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "kernels/gpu_state.h"
#include "kernels/timer.h"
#include "profiler/views/conv_measured_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/conv_options.h"
#include "tools/flopprof/terminal.h"
#include "tools/flopprof_conv/counters.h"
#include "tools/flopprof_conv/cudnn_candidates.h"
#include "tools/flopprof_conv/gpu.h"
#include "tools/flopprof_conv/launch_timer.h"
#include "tools/flopprof_conv/own_candidates.h"

namespace flopprof::tools {
namespace {

using convolution_timing::Bench;
using views::ConvMeasuredReport;

constexpr int kFailed = 1;

Gpu gpu_of(const ConvOptions& options) {
  try {
    return use_gpu(options.gpu);
  } catch (const std::exception& error) {
    throw ExitWith{kFailed, fmt::format("conv: {}; `flopprof conv --analytic` needs no GPU and "
                                        "prints the FLOPs and the roofline bound, `flopprof "
                                        "doctor` says what the driver lacks",
                                        error.what())};
  }
}

/// cuDNN, where there is one; without it our own kernels are measured.
struct Cudnn {
  std::optional<cudnn::Library> library;
  std::optional<cudnn::Session> session;
};

void open(Cudnn& cudnn, const ConvOptions& options, ConvMeasuredReport& report) {
  try {
    cudnn.library = cudnn::open_library(options.cudnn);
    cudnn.session.emplace(*cudnn.library);
    report.about.push_back(fmt::format("cuDNN {}", version_text(*cudnn.library)));
  } catch (const cudnn::CudnnError& error) {
    report.about.push_back(fmt::format("without cuDNN: {}", error.what()));
  }
}

void show_progress(std::size_t done, std::size_t all, const convolution::Analysis& analysis) {
  if (::isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\033[K{}/{} {}, {}, {}", done + 1, all, text_of(analysis.layer.shape),
             name_of(analysis.direction), analysis.format.name);
  if (done + 1 == all) fmt::print(stderr, "\r\033[K");
}

Bench bench_of(const ConvOptions& options, const Cudnn& cudnn, kernels::Timer& timer,
               ConvMeasuredReport& report) {
  Bench bench;
  bench.allocate = gpu_tensors;
  bench.iterations = options.iterations;
  bench.time_launch = timing_with(timer);
  bench.progress = show_progress;
  if (cudnn.session) {
    bench.sources.push_back(cudnn_candidates(
        *cudnn.library, *cudnn.session,
        {.workspace_limits = options.workspace_limits, .all_engines = options.all_engines}));
  }
  bench.sources.push_back(own_candidates);
  Counting counting = counting_on_this_gpu();
  bench.count_launch = std::move(counting.flops);
  bench.take_footprint = std::move(counting.footprint);
  if (!counting.denied.empty()) {
    report.about.push_back("executed FLOPs and DRAM bytes: " + counting.denied);
  }
  return bench;
}

void print(const std::string& format, const ConvMeasuredReport& report) {
  if (format == "json") return print_conv_measured_json(std::cout, report);
  if (format == "csv") return print_conv_measured_csv(std::cout, report);
  if (format == "markdown") return print_conv_measured_markdown(std::cout, report);
  print_conv_measured_text(std::cout, report, terminal_width());
}

void draw(const ConvOptions& options, const ConvMeasuredReport& report) {
  if (options.plot.empty()) return;
  if (const auto drawing = conv_measured_plot(report)) return write_picture(options.plot, *drawing);
  fmt::print(stderr,
             "flopprof: no plot: {} has no roof in the table of peaks, or nothing has a "
             "time\n",
             report.device);
}

}  // namespace

void conv(const ConvOptions& options) {
  ConvMeasuredReport report{.list = shapes_of(options)};
  const Gpu gpu = gpu_of(options);
  report.device = gpu.name;
  report.peaks = flops::peaks_of(gpu.name);
  report.formats = options.formats;
  const auto analyses = analyse(report.list.layers, {.directions = options.directions,
                                                     .formats = options.formats,
                                                     .tile = options.tile,
                                                     .peaks = report.peaks});
  Cudnn cudnn;
  open(cudnn, options, report);
  const kernels::GpuMonitor monitor(gpu.uuid);
  if (!monitor.error().empty()) report.about.push_back("clocks unknown: " + monitor.error());
  kernels::Timer timer(&monitor);
  const Bench bench = bench_of(options, cudnn, timer, report);
  report.rows = measure(analyses, bench);
  draw(options, report);
  print(options.format, report);
}

}  // namespace flopprof::tools
