#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "profiler/to_accuracy/csv.h"
#include "profiler/to_accuracy/printed_figure.h"
#include "profiler/to_accuracy/publication_date.h"

namespace flopprof::to_accuracy {

/// One teraflop/s-day, the unit of the data set.
inline constexpr double kOperationsPerTfsDay = 1e12 * 86400;

/// Which columns a compute-to-accuracy CSV has. kAuto: its header tells.
enum class DatasetFormat { kAuto, kOpenAi, kEpoch };

/// One training run that reached a level, as its row says.
struct DatasetRow {
  std::int64_t number = 0;          ///< data rows are counted from 1
  std::vector<std::string> levels;  ///< what was reached; several for an Epoch row of several tasks
  Date date{};
  std::string date_printed;
  std::string publication;
  std::string link;
  PrintedFigure compute;                              ///< in the file's unit
  double operations_per_unit = kOperationsPerTfsDay;  ///< the unit of `compute`
  std::optional<PrintedFigure> reduction_factor;
  std::string analysis;
  std::string analysis_link;
  std::optional<PrintedFigure> epochs;
  std::optional<PrintedFigure> gmacs_per_image;
};

/// The compute of `row` in teraflop/s-days.
double tfs_days(const DatasetRow& row);

/// Something about a row that cannot be right.
struct RowProblem {
  std::int64_t row = 0;
  std::string problem;
  std::string printed;   ///< what the row says
  std::string expected;  ///< what it should say
};

struct Dataset {
  DatasetFormat format = DatasetFormat::kOpenAi;
  std::vector<DatasetRow> rows;
  std::vector<RowProblem> unreadable;  ///< rows with a date or a number that is none; not in `rows`
  std::int64_t rows_in_file = 0;
  std::int64_t rows_without_compute = 0;  ///< Epoch leaves what is not known blank; not in `rows`
};

/// The table is no compute-to-accuracy data set. The message says which columns are missing.
struct DatasetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The rows of `table`, in the file's order. `level_column` names the column that tells the levels
/// apart; empty: "Metric" of efficiency_sota.csv, "Task" of Epoch's.
Dataset dataset_of(const CsvTable& table, DatasetFormat format = DatasetFormat::kAuto,
                   const std::string& level_column = "");

}  // namespace flopprof::to_accuracy
