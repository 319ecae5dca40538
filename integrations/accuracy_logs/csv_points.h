#pragma once

#include <initializer_list>
#include <iosfwd>
#include <string_view>
#include <vector>

#include "integrations/accuracy_logs/accuracy_log.h"

namespace flopprof::accuracy_logs {

/// How one format lays its table out: usual column names, the first that is there is taken.
struct CsvLayout {
  char delimiter = ',';
  std::vector<std::string_view> epoch_names = {"epoch", "epochs", "epoch_num"};
  std::vector<std::string_view> step_names = {"step", "global_step", "iteration", "iter", "steps"};
  std::vector<std::string_view> image_names = {"samples", "images", "samples_count",
                                               "trained_samples"};
  std::string_view metric_name;  ///< of a format whose only metric has a fixed name
};

/// Reads a table with a header row, in memory that does not grow with its rows. `traits.metric` is
/// set to the column. Throws LogError with the line.
void read_csv_points(std::istream& log, const LogRequest& request, const CsvLayout& layout,
                     const PointSink& sink, to_accuracy::LogTraits& traits);

/// The cells of the first line, as a reader that only wants to recognise a format needs them.
std::vector<std::string_view> header_of(std::string_view head, char delimiter);
bool has_column(const std::vector<std::string_view>& header, std::string_view name);

}  // namespace flopprof::accuracy_logs
