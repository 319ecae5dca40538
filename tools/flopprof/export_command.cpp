#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "profiler/exports/chrome_trace.h"
#include "profiler/exports/hatchet.h"
#include "profiler/exports/prometheus.h"
#include "profiler/store/run_file.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/written_file.h"

namespace flopprof::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kWrongUsage = 2;

struct Options {
  std::string run;
  std::string to;
  std::string output;    ///< empty: standard output
  std::string textfile;  ///< folder; empty: not asked for
  double watch_seconds = 0;
  std::int64_t top = 20;
  std::optional<double> peak;
};

void write_out(const Options& options, const Write& write) {
  if (!options.output.empty()) return write_file(options.output, write);
  write(std::cout);
  if (!std::cout.flush()) {
    throw ExitWith{1, "cannot write the export: standard output is closed or full"};
  }
}

/// node_exporter reads every *.prom of its folder; the name is the run's.
void write_textfile(const Options& options, exports::MetricsRequest request) {
  if (!fs::is_directory(options.textfile)) {
    throw ExitWith{kWrongUsage, options.textfile + " is no folder; give node_exporter's"};
  }
  request.dialect = exports::Dialect::kPrometheusText;
  const fs::path file =
      fs::path(options.textfile) / ("flopprof_" + fs::path(options.run).stem().string() + ".prom");
  for (bool running = true; running;) {
    store::Database run = store::open_run(options.run);
    write_file(file,
               [&](std::ostream& out) { running = exports::write_metrics(run, request, out); });
    if (options.watch_seconds <= 0 || !running) return;
    std::this_thread::sleep_for(std::chrono::duration<double>(options.watch_seconds));
  }
}

void write_prometheus(const Options& options) {
  const exports::MetricsRequest request{.top = options.top, .peak_flops_per_second = options.peak};
  if (!options.textfile.empty()) return write_textfile(options, request);
  store::Database run = store::open_run(options.run);
  write_out(options, [&](std::ostream& out) { exports::write_metrics(run, request, out); });
}

void check(const Options& options) {
  const bool prometheus = options.to == "prometheus";
  if (!prometheus && (!options.textfile.empty() || options.watch_seconds > 0)) {
    throw ExitWith{kWrongUsage, "--textfile and --watch go with --to prometheus"};
  }
  if (options.watch_seconds > 0 && options.textfile.empty()) {
    throw ExitWith{kWrongUsage, "--watch writes again and again: it needs --textfile FOLDER"};
  }
  if (!options.textfile.empty() && !options.output.empty()) {
    throw ExitWith{kWrongUsage, "--textfile names its file itself; leave -o out"};
  }
}

void hand_over(const Options& options) {
  check(options);
  if (options.to == "prometheus") return write_prometheus(options);
  store::Database run = store::open_run(options.run);
  write_out(options, [&](std::ostream& out) {
    if (options.to == "chrome") {
      exports::write_chrome_trace(run, options.peak, out);
    } else {
      exports::write_hatchet(run, out);
    }
  });
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command = app.add_subcommand("export", "Hand a run to other tools");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "The run.db to read")->required();
  command
      ->add_option("--to", options->to,
                   "chrome: Perfetto's trace; hatchet: Proton's tree; prometheus: metrics")
      ->required()
      ->check(CLI::IsMember({"chrome", "hatchet", "prometheus"}));
  command->add_option("-o,--output", options->output,
                      "The file to write, compressed where it ends in .gz; standard output by "
                      "default");
  command
      ->add_option("--peak-flops", options->peak,
                   "FLOP/s that one device can do, for the MFU; the data sheet's by default")
      ->check(CLI::PositiveNumber);
  command->add_option("--top", options->top, "Operators and kernels of the metrics; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--textfile", options->textfile,
                      "Write flopprof_<run>.prom into this folder of node_exporter");
  command
      ->add_option("--watch", options->watch_seconds,
                   "Write it again every so many seconds until the job has ended")
      ->check(CLI::PositiveNumber);
  command->callback([options] { hand_over(*options); });
}

}  // namespace flopprof::tools
