#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace flopprof::tools {

/// `flopprof export --to parquet` as it was asked for.
struct ParquetOptions {
  std::vector<std::string> runs;
  std::string output;
  std::string partition_by = "rank";
  std::vector<std::string> labels;
  std::string peak_class;
  std::string peaks = "sheet";
  std::vector<std::string> logs;
  std::string metric;
  double target = 0;  ///< percent
  double tolerance = 0;

  /// Something was said that goes with Parquet alone.
  bool any() const {
    return partition_by != "rank" || !labels.empty() || !peak_class.empty() || peaks != "sheet" ||
           !logs.empty() || !metric.empty() || target != 0 || tolerance != 0;
  }
};

/// All but the runs and the output.
void add_parquet_options(CLI::App& command, ParquetOptions& options);

/// Throws ExitWith: 2 for what does not go together, else the status of the program that writes.
void export_parquet(const ParquetOptions& options);

}  // namespace flopprof::tools
