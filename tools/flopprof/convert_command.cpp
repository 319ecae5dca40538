#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "profiler/to_accuracy/entry_json.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/convert_options.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kNotReached = 3;

void add_log_options(CLI::App& command, ConvertOptions& options) {
  command
      .add_option("--accuracy", options.logs,
                  "the accuracy log; one a run, in the order of the runs")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--metric", options.metric, "the metric, such as top5")->required();
  command.add_option("--target", options.target, "the accuracy to reach, in percent")->required();
  command
      .add_option("--tolerance", options.tolerance, "points below the target that count as reached")
      ->check(CLI::NonNegativeNumber);
  std::vector<std::string> formats;
  for (const auto& format : accuracy_logs::log_formats()) formats.emplace_back(format.name);
  command
      .add_option("--log-format", options.log_format,
                  "the log's format, where its content does not tell")
      ->check(CLI::IsMember(formats));
  command.add_option("--scale", options.scale, "how the log writes the metric")
      ->check(CLI::IsMember({"percent", "fraction", "error-percent", "error-fraction"}));
  command.add_option("--epoch-column", options.epoch_column, "the column that counts epochs");
  command.add_option("--step-column", options.step_column,
                     "the column that counts optimiser steps");
  command.add_option("--step-unit", options.step_unit, "what that column counts")
      ->check(CLI::IsMember({"steps", "epochs", "images"}));
  command.add_option("--epochs-from", options.epochs_from, "the log's number of the first epoch")
      ->check(CLI::Range(0, 1));
  command.add_option("--steps-from", options.steps_from, "the log's number of the first step")
      ->check(CLI::Range(0, 1));
  command.add_option("--steps-per-epoch", options.steps_per_epoch, "optimiser steps an epoch")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--images-per-epoch", options.images_per_epoch,
                  "training images an epoch; ImageNet: 1281167")
      ->check(CLI::PositiveNumber);
  command.add_option("--batch-size", options.batch_size, "images a step, over all ranks")
      ->check(CLI::PositiveNumber);
}

void add_entry_options(CLI::App& command, ConvertOptions& options) {
  command.add_flag("--nominal", options.nominal,
                   "the paper's estimate: MACs per image x 3 x images");
  command
      .add_option("--macs-per-image", options.macs_per_image, "multiply-adds of one forward pass")
      ->check(CLI::PositiveNumber);
  command.add_option("--to", options.to, "what to make")
      ->check(CLI::IsMember({"openai", "epoch", "json"}))
      ->capture_default_str();
  command.add_option("--convention", options.convention, "what the data set's number counts")
      ->check(CLI::IsMember({"mac", "flop"}));
  command.add_option("--level", options.level, "AlexNet, ResNet-50, Seq2Seq or GNMT");
  command.add_option("--own-level", options.own_level,
                     "the level is your own, --target on the data set of this name");
  command
      .add_option("--baseline", options.baseline,
                  "tf-s/days of the own level's first network; without it this entry is the first")
      ->check(CLI::PositiveNumber);
  command.add_option("--publication", options.publication, "the entry's name");
  command.add_option("--link", options.link, "the publication's address");
  command.add_option("--date", options.date, "the publication's date, YYYY-MM-DD");
  command.add_option("--analysis", options.analysis, "the entry's Analysis column");
  command.add_option("--analysis-link", options.analysis_link, "where the analysis stands");
  command.add_option("--cell", options.cells, "COLUMN=TEXT of Epoch's row")
      ->allow_extra_args(false);
  command.add_option("--append", options.append_to, "the data set's file to put the row behind");
  command.add_option("--page", options.page,
                     "where to write the analysis page (.md) and, beside it, its curve (.svg)");
}

void require_for_entry(const ConvertOptions& options) {
  if (!options.own_level.empty() && options.level.empty())
    throw ExitWith{kWrongUsage, "--own-level needs --level, its name"};
  if (options.baseline && options.own_level.empty())
    throw ExitWith{kWrongUsage, "--baseline needs --own-level; the known levels have theirs"};
  if (options.to != "openai" && !options.page.empty()) {
    throw ExitWith{kWrongUsage, "--page needs --to openai"};
  }
  if (options.to != "epoch" && !options.cells.empty()) {
    throw ExitWith{kWrongUsage, "--cell needs --to epoch"};
  }
  if (options.to == "json") {
    if (!options.append_to.empty())
      throw ExitWith{kWrongUsage, "--append needs --to openai or --to epoch"};
    return;
  }
  if (options.to == "openai" && options.level.empty())
    throw ExitWith{kWrongUsage, "--to openai needs --level, such as AlexNet"};
  if (options.publication.empty())
    throw ExitWith{kWrongUsage, "--to " + options.to + " needs --publication NAME"};
  if (options.date.empty())
    throw ExitWith{kWrongUsage, "--to " + options.to + " needs --date YYYY-MM-DD"};
}

void check_usage(const ConvertOptions& options) {
  if (!(options.target > 0) || options.target > 100) {
    throw ExitWith{
        kWrongUsage,
        fmt::format("--target {} is no accuracy: give percent, such as 79.1", options.target)};
  }
  if (options.nominal && !options.macs_per_image) {
    throw ExitWith{kWrongUsage, "--nominal needs --macs-per-image (ResNet-50: 4.089e9)"};
  }
  if (options.runs.empty() && !options.nominal) {
    throw ExitWith{kWrongUsage,
                   "give the run.db of the training, or --nominal --macs-per-image for an estimate "
                   "from the log"};
  }
  if (!options.runs.empty() && options.runs.size() != options.logs.size()) {
    throw ExitWith{
        kWrongUsage,
        fmt::format("{} runs and {} accuracy logs: give one --accuracy a run, in their order",
                    options.runs.size(), options.logs.size())};
  }
  require_for_entry(options);
}

void convert(const ConvertOptions& options) {
  check_usage(options);
  const auto results = results_of(options);
  const bool reached = std::any_of(results.begin(), results.end(),
                                   [](const auto& result) { return result.reached; });
  if (options.to == "json")
    fmt::print("{}\n", to_accuracy::to_json(results, options.metric, convention_of(options)));
  if (!reached) {
    const auto best =
        std::max_element(results.begin(), results.end(),
                         [](const auto& a, const auto& b) { return a.accuracy < b.accuracy; });
    throw ExitWith{kNotReached, fmt::format("not reached: the best {} is {:.6g}, the target {:.6g}",
                                            options.metric, best->accuracy, best->target)};
  }
  if (options.to == "openai") write_openai(options, results);
  if (options.to == "epoch") write_epoch(options, results);
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("convert", "What a run cost up to an accuracy, as an entry of a data set");
  auto options = std::make_shared<ConvertOptions>();
  command->add_option("run", options->runs, "the run.db; several are seeds of one training");
  add_log_options(*command, *options);
  add_entry_options(*command, *options);
  command->callback([options] { convert(*options); });
}

}  // namespace flopprof::tools
