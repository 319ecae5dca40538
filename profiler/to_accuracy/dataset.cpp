#include "profiler/to_accuracy/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);

struct ComputeColumn {
  std::string_view name;
  double operations_per_unit;
};
constexpr std::array<ComputeColumn, 3> kComputeColumns = {{
    {"Compute (teraflops-s/days)", kOperationsPerTfsDay},
    {"Compute (petaflop)", 1e15},
    {"Training compute (FLOP)", 1},
}};
constexpr std::size_t kEpochCompute = 2;

/// Where the fields of a row stand. kNoColumn: the file does not have them.
struct Columns {
  std::size_t level, date, publication, link, compute, reduction_factor, analysis, analysis_link,
      epochs, gmacs_per_image;
  double operations_per_unit = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](unsigned char c) { return std::tolower(c); },
      [](unsigned char c) { return std::tolower(c); });
}

std::size_t column(const CsvTable& table, std::string_view name) {
  const auto& names = table.header.fields;
  const auto found =
      std::ranges::find_if(names, [&](const auto& n) { return same_name(trimmed(n), name); });
  return found == names.end() ? kNoColumn : static_cast<std::size_t>(found - names.begin());
}

std::size_t first_column(const CsvTable& table, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const std::size_t found = column(table, name); found != kNoColumn) return found;
  }
  throw DatasetError(fmt::format("line {}: the header has no column \"{}\"; it has: {}",
                                 table.header.line, fmt::join(names, "\" or \""),
                                 fmt::join(table.header.fields, ", ")));
}

DatasetFormat format_of(const CsvTable& table) {
  const bool epoch = column(table, kComputeColumns[kEpochCompute].name) != kNoColumn;
  return epoch ? DatasetFormat::kEpoch : DatasetFormat::kOpenAi;
}

Columns openai_columns(const CsvTable& table, const std::string& level_column) {
  Columns columns{
      .level = first_column(table, {level_column.empty() ? "Metric" : level_column}),
      .date = first_column(table, {"Publication Date"}),
      .publication = first_column(table, {"Publication"}),
      .link = column(table, "Publication link"),
      .compute = first_column(table, {kComputeColumns[0].name, kComputeColumns[1].name}),
      .reduction_factor = column(table, "Reduction Factor"),
      .analysis = column(table, "Analysis"),
      .analysis_link = column(table, "Analysis link"),
      .epochs = column(table, "Epochs"),
      .gmacs_per_image = column(table, "GMACs per image"),
  };
  const bool tfs_days = column(table, kComputeColumns[0].name) != kNoColumn;
  columns.operations_per_unit = kComputeColumns[tfs_days ? 0 : 1].operations_per_unit;
  return columns;
}

Columns epoch_columns(const CsvTable& table, const std::string& level_column) {
  return {
      .level = first_column(table, {level_column.empty() ? "Task" : level_column}),
      .date = first_column(table, {"Publication date"}),
      .publication = first_column(table, {"Model", "System"}),
      .link = column(table, "Link"),
      .compute = first_column(table, {kComputeColumns[kEpochCompute].name}),
      .reduction_factor = kNoColumn,
      .analysis = kNoColumn,
      .analysis_link = kNoColumn,
      .epochs = kNoColumn,
      .gmacs_per_image = kNoColumn,
      .operations_per_unit = kComputeColumns[kEpochCompute].operations_per_unit,
  };
}

std::string field(const CsvRecord& record, std::size_t at) {
  return at == kNoColumn ? std::string() : std::string(trimmed(record.fields[at]));
}

std::optional<PrintedFigure> figure_if_any(const CsvRecord& record, std::size_t at) {
  const std::string text = field(record, at);
  if (text.empty()) return std::nullopt;
  return printed_figure(text);
}

/// Epoch keeps several values in one cell, with commas between them.
std::vector<std::string> split_at_commas(std::string_view cell) {
  std::vector<std::string> values;
  for (std::size_t at = 0; at <= cell.size();) {
    const std::size_t end = std::min(cell.find(',', at), cell.size());
    const std::string_view value = trimmed(cell.substr(at, end - at));
    if (!value.empty()) values.emplace_back(value);
    at = end + 1;
  }
  if (values.empty()) values.emplace_back("(not named)");
  return values;
}

DatasetRow row_of(const CsvRecord& record, const Columns& columns, DatasetFormat format) {
  const std::string level = field(record, columns.level);
  if (level.empty() && format == DatasetFormat::kOpenAi) {
    throw FieldError("the row names no level", level, "a level");
  }
  DatasetRow row{
      .levels = format == DatasetFormat::kEpoch ? split_at_commas(level) : std::vector{level},
      .date_printed = field(record, columns.date),
      .publication = field(record, columns.publication),
      .link = field(record, columns.link),
      .operations_per_unit = columns.operations_per_unit,
      .analysis = field(record, columns.analysis),
      .analysis_link = field(record, columns.analysis_link),
  };
  row.date = date_of(row.date_printed);
  row.compute = printed_figure(field(record, columns.compute));
  row.reduction_factor = figure_if_any(record, columns.reduction_factor);
  row.epochs = figure_if_any(record, columns.epochs);
  row.gmacs_per_image = figure_if_any(record, columns.gmacs_per_image);
  return row;
}

bool leaves_out(const CsvRecord& record, const Columns& columns, DatasetFormat format) {
  return format == DatasetFormat::kEpoch &&
         (field(record, columns.compute).empty() || field(record, columns.date).empty());
}

void read_row(const CsvRecord& record, const Columns& columns, Dataset& dataset) {
  const std::int64_t number = ++dataset.rows_in_file;
  if (leaves_out(record, columns, dataset.format)) {
    ++dataset.rows_without_compute;
    return;
  }
  try {
    DatasetRow row = row_of(record, columns, dataset.format);
    row.number = number;
    dataset.rows.push_back(std::move(row));
  } catch (const FieldError& error) {
    dataset.unreadable.push_back({.row = number,
                                  .problem = fmt::format("line {}: {}", record.line, error.what()),
                                  .printed = error.printed,
                                  .expected = error.expected});
  }
}

}  // namespace

double tfs_days(const DatasetRow& row) {
  return row.compute.value * (row.operations_per_unit / kOperationsPerTfsDay);
}

Dataset dataset_of(const CsvTable& table, DatasetFormat format, const std::string& level_column) {
  if (table.header.fields.empty()) {
    throw DatasetError(
        "the file is empty; its first line should be the header Metric,Publication "
        "Date,Publication,…,Compute (teraflops-s/days),…");
  }
  Dataset dataset;
  dataset.format = format == DatasetFormat::kAuto ? format_of(table) : format;
  const Columns columns = dataset.format == DatasetFormat::kEpoch
                              ? epoch_columns(table, level_column)
                              : openai_columns(table, level_column);
  if (table.rows.empty()) throw DatasetError("the file has a header and no rows");
  for (const CsvRecord& record : table.rows) read_row(record, columns, dataset);
  return dataset;
}

}  // namespace flopprof::to_accuracy
