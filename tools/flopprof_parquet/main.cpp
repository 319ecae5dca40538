#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>

#include "integrations/parquet/export_run.h"
#include "profiler/store/run_file.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/convert_options.h"
#include "tools/flopprof/measured_peaks.h"
#include "tools/flopprof/parquet_options.h"
#include "tools/flopprof/run_labels.h"

// What `flopprof export --to parquet` calls, with its own arguments: Apache Arrow is in it.
namespace flopprof::tools {
namespace {

using parquet_files::DataSet;
using parquet_files::Exported;
using parquet_files::ExportRequest;
using parquet_files::PartitionBy;

PartitionBy partition_named(const std::string& name) {
  if (name == "run") return PartitionBy::kRun;
  return name == "host" ? PartitionBy::kHost : PartitionBy::kRank;
}

std::optional<FlopClass> class_named(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (const auto found = flop_class_named(name)) return found;
  throw ExitWith{2, fmt::format("--peak {}: no such class; give one as tensor_bf16", name)};
}

/// Two files of one run would replace each other: ranks that were never merged.
void refuse_same_run_twice(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> seen;
  for (const std::string& path : paths) {
    const auto [other, is_new] = seen.emplace(store::run_id_of(store::open_run(path)), path);
    if (is_new) continue;
    throw ExitWith{1, fmt::format("{} and {} are of one run: give one of them, or make one file of "
                                  "its ranks with `flopprof merge`",
                                  other->second, path)};
  }
}

void say(const std::string& path, const Exported& done) {
  if (done.steps == 0)
    fmt::print(stderr, "flopprof: {}: the run has no steps; it is exported as it is\n", path);
  if (done.ended == "running" || done.ended == "killed") {
    fmt::print(stderr, "flopprof: {}: the job is {}; exported is what it had written\n", path,
               done.ended);
  }
  if (done.replaced_texts > 0) {
    fmt::print(stderr, "flopprof: {}: in {} names, bytes that are no UTF-8 stand as U+FFFD\n", path,
               done.replaced_texts);
  }
  fmt::print("{}: run {}, {} processes{}\n", path, done.run, done.processes,
             done.replaced ? ", in place of what the data set had of it" : "");
}

void export_all(const ParquetOptions& options) {
  const ExportRequest asked{.labels = parsed_labels(options.labels),
                            .peak_class = class_named(options.peak_class),
                            .measured_peaks = measured_peaks(options.peaks == "measured")};
  refuse_same_run_twice(options.runs);
  const DataSet to(options.output, partition_named(options.partition_by));
  for (std::size_t i = 0; i < options.runs.size(); ++i) {
    ExportRequest request = asked;
    if (!options.logs.empty()) {
      ConvertOptions convert{.runs = {options.runs[i]}, .logs = {options.logs[i]}};
      convert.metric = options.metric;
      convert.target = options.target;
      convert.tolerance = options.tolerance;
      request.accuracy = results_of(convert).front();
    }
    say(options.runs[i], parquet_files::export_run(options.runs[i], to, request));
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Writes runs into a data set of Parquet files"};
  app.require_subcommand(1);
  CLI::App* command = app.add_subcommand("export");
  ParquetOptions options;
  std::string to;
  command->add_option("--to", to);
  command->add_option("run", options.runs)->required();
  command->add_option("-o,--output", options.output)->required();
  add_parquet_options(*command, options);
  try {
    app.parse(argc, argv);
    export_all(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const ExitWith& end) {
    fmt::print(stderr, "flopprof: {}\n", end.message);
    return end.status;
  } catch (const parquet_files::DataSetError& error) {
    fmt::print(stderr, "flopprof: export: {}\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace flopprof::tools

int main(int argc, char** argv) {
  try {
    return flopprof::tools::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "flopprof: {}\n", error.what());
    return 1;
  }
}
