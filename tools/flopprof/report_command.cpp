#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "profiler/calibration/peaks_file.h"
#include "profiler/capture/config.h"
#include "profiler/flops/peaks.h"
#include "profiler/store/run_file.h"
#include "profiler/views/report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/terminal.h"
#include "tools/flopprof/written_file.h"

namespace flopprof::tools {
namespace {

using views::By;
using views::Format;

constexpr std::size_t kNarrowest = 40;

const std::map<std::string, By> kViews = {
    {"step", By::kStep}, {"phase", By::kPhase},   {"op", By::kOp},      {"layer", By::kLayer},
    {"rank", By::kRank}, {"kernel", By::kKernel}, {"class", By::kClass}};
const std::map<std::string, Format> kFormats = {{"text", Format::kText},
                                                {"markdown", Format::kMarkdown},
                                                {"csv", Format::kCsv},
                                                {"json", Format::kJson},
                                                {"html", Format::kHtml}};

struct Options {
  std::string run;
  std::string by;
  std::string format = "text";
  std::string output;  ///< empty: standard output
  std::optional<std::int64_t> top;
  std::size_t width = 0;  ///< 0: the terminal's
  bool sql = false;
  std::string peak;  ///< a class; empty: the one in which most was executed
  std::string peaks = "sheet";
};

/// What calibrations of this user's measured: of all GPUs, or of those that no data sheet knows.
views::MeasuredPeaks measured_peaks(bool of_all) {
  views::MeasuredPeaks measured;
  const auto file = calibration::peaks_file_in(capture::read_config().user_data);
  try {
    for (const auto& [uuid, kept] : calibration::kept_peaks(file)) {
      if (!of_all && flops::peaks_of(kept.device.name)) continue;
      measured[uuid] = {
          .by_class = kept.flops_per_second,
          .source = "measured by flopprof calibrate, " + kept.device.measured_at.substr(0, 10)};
    }
  } catch (const std::runtime_error& error) {
    std::cerr << "flopprof: " << error.what() << '\n';
  }
  return measured;
}

void report(const Options& options) {
  views::ReportRequest request{.top = options.top};
  if (!options.by.empty()) request.by = kViews.at(options.by);
  request.format = kFormats.at(options.format);
  request.width = std::max(kNarrowest, options.width > 0 ? options.width : terminal_width());
  request.colour = options.output.empty() && colour_wanted();
  request.peak = flop_class_named(options.peak);
  request.measured = measured_peaks(options.peaks == "measured");
  store::Database run = store::open_run(options.run);
  const auto print = [&](std::ostream& out) {
    if (options.sql) {
      out << views::query_of(request) << '\n';
    } else {
      views::print_report(run, request, out, std::cerr);
    }
  };
  if (!options.output.empty()) return write_file(options.output, print);
  print(std::cout);
  if (!std::cout.flush())
    throw ExitWith{1, "cannot write the report: standard output is closed or full"};
}

}  // namespace

void add_report(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("report", "Print what a run did: FLOPs by step, phase, operator");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "The run.db to read")->required();
  command->add_option("--by", options->by, "The view")->check(CLI::IsMember(kViews));
  command->add_option("--top", options->top, "Print N rows at most; 0: all")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--format", options->format, "How to print it")
      ->check(CLI::IsMember(kFormats))
      ->capture_default_str();
  command->add_option("-o,--output", options->output,
                      "The file to write, compressed where it ends in .gz; standard output by "
                      "default");
  command->add_option("--width", options->width, "Columns of text; the terminal's by default")
      ->check(CLI::PositiveNumber);
  command->add_option("--peak", options->peak, "The class of FLOPs whose peak MFU and HFU are of")
      ->check(
          CLI::IsMember(std::vector<std::string>(kFlopClassNames.begin(), kFlopClassNames.end())));
  command
      ->add_option(
          "--peaks", options->peaks,
          "sheet: data sheets' peaks, or measured ones of GPUs in none; measured: those of "
          "flopprof calibrate first")
      ->check(CLI::IsMember({"sheet", "measured"}))
      ->capture_default_str();
  command->add_flag("--sql", options->sql, "Print the query that the view is");
  command->callback([options] { report(*options); });
}

}  // namespace flopprof::tools
