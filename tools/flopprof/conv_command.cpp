#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "profiler/convolution/analysis.h"
#include "profiler/views/conv_plot.h"
#include "profiler/views/conv_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/conv_options.h"
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

/// The program that measures: it links with what the rest of flopprof does without.
std::filesystem::path measuring_program() {
  const auto prefix = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return prefix / "libexec/flopprof/flopprof_conv";
}

/// This program's arguments, as it was called.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

void measure() {
  const std::filesystem::path program = measuring_program();
  if (!std::filesystem::exists(program)) {
    throw ExitWith{
        kFailed,
        "conv: this flopprof cannot measure: it was built without a CUDA toolkit, cuDNN's "
        "headers or Google Benchmark; --analytic needs none of them, nor a GPU"};
  }
  std::vector<std::string> arguments = own_arguments();
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (error != 0)
    throw ExitWith{kFailed, fmt::format("{}: {}", program.string(), std::strerror(error))};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw ExitWith{kFailed, fmt::format("conv: signal {} ended the measurement", WTERMSIG(status))};
  }
  constexpr int kNotLoaded = 127;  // the loader has said which library is missing
  const int end = WEXITSTATUS(status);
  if (end != 0) throw ExitWith{end == kNotLoaded ? kFailed : end, ""};
}

}  // namespace

void conv(const ConvOptions& options) {
  if (options.analytic) return analytic(options);
  measure();
}

}  // namespace flopprof::tools
