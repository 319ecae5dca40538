#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "profiler/cubin/gpu_code.h"
#include "profiler/flops/code_counts.h"
#include "profiler/views/sass_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;

struct SassOptions {
  std::string file;
  std::string format = "text";
};

std::string content_of(const std::string& path) {
  if (std::filesystem::is_directory(path)) {
    throw ExitWith{kFailed, fmt::format("{}: a directory, not a file of GPU code", path)};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;  // whole blocks: a library may have half a gigabyte
  content << file.rdbuf();
  if (!file.is_open() || file.bad())
    throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
  return std::move(content).str();
}

views::SassReport report_of(const std::string& path) {
  const std::string content = content_of(path);
  views::SassReport report;
  try {
    cubin::GpuCode code = cubin::read_gpu_code(content, [&](const cubin::Kernel& kernel) {
      report.kernels.push_back({.name = kernel.name,
                                .architecture = kernel.architecture,
                                .counts = flops::counts_of(kernel.code, kernel.capability)});
    });
    if (report.kernels.empty() && !code.left_out.empty()) {
      throw ExitWith{kFailed,
                     fmt::format("{}: nothing but {}", path, fmt::join(code.left_out, ", and "))};
    }
    report.left_out = std::move(code.left_out);
  } catch (const cubin::CubinError& error) {
    throw ExitWith{kFailed, fmt::format("{}: {}", path, error.what())};
  }
  return report;
}

void sass(const SassOptions& options) {
  const views::SassReport report = report_of(options.file);
  for (const std::string& left_out : report.left_out) {
    fmt::print(stderr, "flopprof: left out: {}\n", left_out);
  }
  fmt::print("{}",
             options.format == "json" ? sass_json(report) : sass_text(report, terminal_width()));
}

}  // namespace

void add_sass(CLI::App& app) {
  const auto options = std::make_shared<SassOptions>();
  CLI::App* command = app.add_subcommand(
      "sass", "Print the floating-point instructions of every kernel in a file of GPU code");
  command
      ->add_option("file", options->file,
                   "a cubin, fat binary, object, executable, shared library or archive")
      ->required();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([options] { sass(*options); });
}

}  // namespace flopprof::tools
