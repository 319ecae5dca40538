#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/to_accuracy/entry.h"

namespace flopprof::tools {

/// `flopprof convert` as it was asked for.
struct ConvertOptions {
  std::vector<std::string> runs;
  std::vector<std::string> logs;
  std::string log_format;
  std::string metric;
  double target = 0;
  double tolerance = 0;
  std::string to = "json";
  std::string scale;
  std::string epoch_column;
  std::string step_column;
  std::optional<int> epochs_from;
  std::optional<int> steps_from;
  std::string step_unit;
  std::optional<double> steps_per_epoch;
  std::optional<double> images_per_epoch;
  std::optional<double> batch_size;
  bool nominal = false;
  std::optional<double> macs_per_image;
  std::string convention;
  std::string level;
  std::string own_level;  ///< the data set that a level of the user's own is of
  std::optional<double> baseline;
  std::string publication;
  std::string link;
  std::string date;
  std::string analysis;
  std::string analysis_link;
  std::vector<std::string> cells;
  std::string append_to;
  std::string page;
};

/// One result a log, with its run where runs were given.
std::vector<to_accuracy::TargetResult> results_of(const ConvertOptions& options);

to_accuracy::Convention convention_of(const ConvertOptions& options);

/// The row, README row and page of efficiency_sota.csv; and Epoch's row.
void write_openai(const ConvertOptions& options,
                  const std::vector<to_accuracy::TargetResult>& results);
void write_epoch(const ConvertOptions& options,
                 const std::vector<to_accuracy::TargetResult>& results);

}  // namespace flopprof::tools
