#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "profiler/to_accuracy/audit.h"
#include "profiler/to_accuracy/published.h"
#include "profiler/to_accuracy/trend.h"
#include "profiler/views/trend_plot.h"
#include "profiler/views/trend_report.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

using to_accuracy::Dataset;
using to_accuracy::DatasetFormat;
using to_accuracy::LevelTrend;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kDifference = 3;

struct TrendOptions {
  std::string csv;
  std::string data;
  std::string level;
  std::string level_column;
  DatasetFormat input_format = DatasetFormat::kAuto;
  std::string format = "text";
  std::string plot;
  bool audit = false;
};

/// What the figures are taken from, in words that do not change with the directory.
std::string source(const TrendOptions& options) {
  if (options.data == "table3") return "Table 3 of Hernandez and Brown 2020";
  if (options.data == "openai") return "efficiency_sota.csv of openai/ai-and-efficiency";
  return std::filesystem::path(options.csv).filename().string();
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", path, std::strerror(errno))};
  return content;
}

Dataset data_set(const TrendOptions& options) {
  if (options.csv.empty()) {
    return dataset_of(*to_accuracy::shipped_data_set(options.data), DatasetFormat::kAuto,
                      options.level_column);
  }
  try {
    return dataset_of(to_accuracy::csv_table(content_of(options.csv)), options.input_format,
                      options.level_column);
  } catch (const to_accuracy::CsvError& error) {
    throw ExitWith{kFailed, fmt::format("{}: {}", options.csv, error.what())};
  } catch (const to_accuracy::DatasetError& error) {
    throw ExitWith{kFailed, fmt::format("{}: {}", options.csv, error.what())};
  }
}

/// An audit names the rows that cannot be read; a trend without them would be another trend.
void check_all_rows_read(const TrendOptions& options, const Dataset& dataset) {
  if (options.audit || dataset.unreadable.empty()) return;
  const auto& first = dataset.unreadable.front();
  throw ExitWith{kFailed, fmt::format("{}: row {}, {}{}", options.csv, first.row, first.problem,
                                      dataset.unreadable.size() == 1
                                          ? ""
                                          : fmt::format(" (and {} rows more; --audit names them)",
                                                        dataset.unreadable.size() - 1))};
}

std::vector<LevelTrend> levels(const TrendOptions& options, const Dataset& dataset) {
  std::vector<LevelTrend> all = trends_of(dataset);
  if (options.level.empty()) return all;
  const auto wanted = std::ranges::find(all, options.level, &LevelTrend::level);
  if (wanted != all.end()) return {*wanted};
  std::vector<std::string> names;
  for (const LevelTrend& trend : all) names.push_back(trend.level);
  throw ExitWith{kWrongUsage, fmt::format("no row has the level \"{}\"; there are: {}",
                                          options.level, fmt::join(names, ", "))};
}

void draw(const TrendOptions& options, const views::TrendReport& report) {
  if (report.levels.empty()) throw ExitWith{kFailed, "no row to plot"};
  const LevelTrend& trend = *std::ranges::max_element(
      report.levels, {}, [](const LevelTrend& t) { return t.points.size(); });
  if (report.levels.size() > 1) {
    fmt::print(stderr, "flopprof: the plot shows the level {}; --level chooses another\n",
               trend.level);
  }
  const views::TrendPlot plot = views::trend_plot(trend, report.source);
  if (plot.names_left_out > 0) {
    fmt::print(stderr, "flopprof: {} points of the plot have no room for a name\n",
               plot.names_left_out);
  }
  const std::string picture =
      options.plot.ends_with(".png") ? png_of(plot.drawing) : svg_of(plot.drawing);
  std::ofstream file(options.plot, std::ios::binary);
  file << picture << std::flush;
  if (!file) throw ExitWith{kFailed, fmt::format("{}: {}", options.plot, std::strerror(errno))};
}

std::string printed(const TrendOptions& options, const views::TrendReport& report) {
  if (options.format == "json") return trend_json(report);
  if (options.format == "csv") return trend_csv(report);
  if (options.format == "markdown") return trend_markdown(report);
  return trend_text(report);
}

void trend(const TrendOptions& options) {
  if (options.csv.empty() == options.data.empty()) {
    throw ExitWith{kWrongUsage, "trend needs a CSV file, or --data and no file"};
  }
  const Dataset dataset = data_set(options);
  check_all_rows_read(options, dataset);
  if (dataset.format == DatasetFormat::kEpoch && options.level_column.empty()) {
    fmt::print(
        stderr,
        "flopprof: Epoch's data set has no levels of accuracy; the rows of one task are taken "
        "as one level (--level-column chooses another column)\n");
  }
  if (dataset.rows_without_compute > 0) {
    fmt::print(stderr, "flopprof: {} of {} rows give no training compute or no date: left out\n",
               dataset.rows_without_compute, dataset.rows_in_file);
  }
  views::TrendReport report{.source = source(options), .levels = levels(options, dataset)};
  if (options.audit) report.audit = audit_of(dataset);
  if (!options.plot.empty()) draw(options, report);
  fmt::print("{}", printed(options, report));
  if (report.audit && !report.audit->problems.empty()) throw ExitWith{kDifference, ""};
}

}  // namespace

void add_trend(CLI::App& app) {
  const auto options = std::make_shared<TrendOptions>();
  CLI::App* command =
      app.add_subcommand("trend", "Print how fast the compute to a level of accuracy falls");
  command->add_option("csv", options->csv, "a data set such as efficiency_sota.csv")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--data", options->data,
                   "a data set that is shipped: table3 (the paper's 16 points) or openai")
      ->check(CLI::IsMember({"table3", "openai"}));
  command->add_option("--level", options->level, "this level alone, as AlexNet");
  command->add_option("--level-column", options->level_column,
                      "the column that tells levels apart (Metric; for epoch: Task)");
  command->add_option("--input-format", options->input_format, "what the file's columns are")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, DatasetFormat>{{"auto", DatasetFormat::kAuto},
                                               {"openai", DatasetFormat::kOpenAi},
                                               {"epoch", DatasetFormat::kEpoch}}))
      ->option_text("openai|epoch|auto");
  command->add_option("--format", options->format, "text, json, csv or markdown")
      ->check(CLI::IsMember({"text", "json", "csv", "markdown"}));
  command->add_option("--plot", options->plot, "draw the level into this .svg or .png file")
      ->check(CLI::Validator(
          [](const std::string& path) {
            const bool known = path.ends_with(".svg") || path.ends_with(".png");
            return known ? std::string() : path + " should end in .svg or .png";
          },
          "FILE.svg|FILE.png"));
  command->add_flag("--audit", options->audit,
                    "recompute every row and name those that cannot be right; exit 3 if any");
  command->callback([options] { trend(*options); });
}

}  // namespace flopprof::tools
