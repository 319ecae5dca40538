#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "profiler/store/run_file.h"
#include "profiler/to_accuracy/field_error.h"
#include "profiler/to_accuracy/own_run.h"
#include "profiler/to_accuracy/transformer_formula.h"
#include "profiler/views/validate_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/measuring_python.h"
#include "tools/flopprof/network_measurement.h"

namespace flopprof::tools {
namespace {

using to_accuracy::MeasuredNetwork;
using to_accuracy::PublishedFigure;
using views::ValidateRow;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kDifference = 3;
constexpr std::size_t kWidthOfNoTerminal = 160;

struct ValidateOptions {
  std::string run;
  std::vector<std::string> models;
  std::vector<std::string> published;
  std::string python;
  std::int64_t input = 0;
  std::int64_t batch_size = 0;
  std::string format = "text";
};

std::vector<PublishedFigure> figures_of(const ValidateOptions& options) {
  const std::vector<std::string> known = to_accuracy::catalogued_models();
  for (const std::string& model : options.models) {
    if (std::ranges::find(known, model) != known.end()) continue;
    throw ExitWith{kWrongUsage, fmt::format("no figure of \"{}\" in the catalogue; it has: {}",
                                            model, fmt::join(known, ", "))};
  }
  std::vector<PublishedFigure> figures;
  for (const std::string& model : known) {
    if (!options.models.empty() && std::ranges::find(options.models, model) == options.models.end())
      continue;
    std::ranges::copy_if(to_accuracy::catalogue(), std::back_inserter(figures),
                         [&](const PublishedFigure& figure) { return figure.model == model; });
  }
  return figures;
}

/// The figure's own input, unless the user wants the networks measured at another.
std::int64_t input_of(const PublishedFigure& figure, const ValidateOptions& options) {
  return options.input > 0 ? options.input : figure.input;
}

std::vector<NetworkAtInput> networks_of(const std::vector<PublishedFigure>& figures,
                                        const ValidateOptions& options) {
  std::vector<NetworkAtInput> networks;
  const auto add = [&](const std::string& network, std::int64_t input) {
    const NetworkAtInput wanted{network, input};
    if (std::ranges::find(networks, wanted) == networks.end()) networks.push_back(wanted);
  };
  for (const PublishedFigure& figure : figures) {
    if (to_accuracy::transformer_named(figure.model)) continue;
    add(figure.model, input_of(figure, options));
    if (!figure.network.empty()) add(figure.network, figure.input);
  }
  return networks;
}

ValidateRow row_of_formula(const PublishedFigure& figure) {
  const auto shape = *to_accuracy::transformer_named(figure.model);
  const MeasuredNetwork computed = figure.quantity == "training_macs"
                                       ? to_accuracy::training(shape, figure.input)
                                       : to_accuracy::forward_pass(shape, figure.input);
  return {figure, computed, "formula", to_accuracy::judged(figure, computed)};
}

/// Nothing when the network could not be run.
std::optional<ValidateRow> row_of_run(const PublishedFigure& figure, const ValidateOptions& options,
                                      const NetworkMeasurements& all) {
  const auto measured = all.measured.find({figure.model, input_of(figure, options)});
  if (measured == all.measured.end()) return std::nullopt;
  const auto variant = all.measured.find({figure.network, figure.input});
  const auto other = variant == all.measured.end()
                         ? std::nullopt
                         : std::optional<MeasuredNetwork>(variant->second);
  return ValidateRow{figure, measured->second, "run",
                     to_accuracy::judged(figure, measured->second, other)};
}

/// All rows that can be made; names on stderr those that cannot.
std::vector<ValidateRow> rows_of_catalogue(const ValidateOptions& options) {
  const std::vector<PublishedFigure> figures = figures_of(options);
  const std::vector<NetworkAtInput> networks = networks_of(figures, options);
  NetworkMeasurements all;
  if (!networks.empty()) all = measured_networks(measuring_python(options.python), networks);
  for (const auto& [network, why] : all.failed) {
    fmt::print(stderr, "flopprof: {} at input {} was not measured: {}\n", network.network,
               network.input, why);
  }
  std::vector<ValidateRow> rows;
  for (const PublishedFigure& figure : figures) {
    if (to_accuracy::transformer_named(figure.model)) {
      rows.push_back(row_of_formula(figure));
    } else if (auto row = row_of_run(figure, options, all)) {
      rows.push_back(std::move(*row));
    }
  }
  if (rows.empty() || (!options.models.empty() && !all.failed.empty())) {
    throw ExitWith{kFailed, "not every network could be measured; see above"};
  }
  return rows;
}

std::vector<ValidateRow> rows_of_own_run(const ValidateOptions& options) {
  if (options.published.empty()) {
    throw ExitWith{kWrongUsage,
                   "validate " + options.run + " needs the figure, as --published 3.8e9:FLOPs"};
  }
  std::vector<PublishedFigure> figures;
  for (const std::string& text : options.published) {
    try {
      figures.push_back(to_accuracy::published_argument(text));
    } catch (const to_accuracy::FieldError& error) {
      throw ExitWith{kWrongUsage, fmt::format("--published: {}", error.what())};
    }
  }
  const store::Database run = store::open_run(options.run);
  const auto own = to_accuracy::own_forward_pass(run, options.run, options.batch_size);
  if (!own.note.empty()) fmt::print(stderr, "flopprof: {}\n", own.note);
  std::vector<ValidateRow> rows;
  for (PublishedFigure& figure : figures) {
    const auto judgement = to_accuracy::judged_by_catalogue(figure, own.measured);
    figure.model = options.run;
    figure.quantity = own.quantity;
    rows.push_back({figure, own.measured, "run", judgement});
  }
  return rows;
}

void check_usage(const ValidateOptions& options) {
  if (options.run.empty() && !options.published.empty())
    throw ExitWith{kWrongUsage, "--published needs the run.db that it is set against"};
  if (options.run.empty() && options.batch_size > 0)
    throw ExitWith{kWrongUsage, "--batch-size needs a run.db: networks are run on one image"};
  if (!options.run.empty() && (!options.models.empty() || options.input > 0))
    throw ExitWith{kWrongUsage, "give a run.db with --published, or --model; not both"};
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kWidthOfNoTerminal;
}

void validate(const ValidateOptions& options) {
  check_usage(options);
  const auto rows = options.run.empty() ? rows_of_catalogue(options) : rows_of_own_run(options);
  if (options.format == "json") print_validate_json(std::cout, rows);
  if (options.format == "csv") print_validate_csv(std::cout, rows);
  if (options.format == "markdown") print_validate_markdown(std::cout, rows);
  if (options.format == "text") print_validate_text(std::cout, rows, terminal_width());
  if (!std::cout.flush())
    throw ExitWith{kFailed, "cannot write the rows: standard output is closed or full"};
  const bool differs = std::ranges::any_of(rows, [](const ValidateRow& row) {
    return row.judgement.verdict == to_accuracy::Verdict::kDiffers;
  });
  if (differs) throw ExitWith{kDifference, ""};
}

}  // namespace

void add_validate(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("validate", "Set published FLOPs and MACs against measured ones");
  const auto options = std::make_shared<ValidateOptions>();
  command->add_option("run", options->run, "a run.db to judge, with --published");
  command
      ->add_option("--model", options->models,
                   "models of the catalogue, as resnet50; all by default")
      ->delimiter(',');
  command->add_option("--published", options->published, "a figure, as 3.8e9:FLOPs or 4.1e9:MACs")
      ->allow_extra_args(false);
  command->add_option("--python", options->python,
                      "the Python with torch and torchvision that runs the models");
  command
      ->add_option("--input", options->input, "measure at this input, not at that of each figure")
      ->check(CLI::PositiveNumber);
  command->add_option("--batch-size", options->batch_size, "images a step (or pass) of the run")
      ->check(CLI::PositiveNumber);
  command->add_option("--format", options->format, "How to print it")
      ->check(CLI::IsMember({"text", "markdown", "csv", "json"}))
      ->capture_default_str();
  command->footer(
      "Prints the ratio of the measurement, in the unit that a figure claims, to the figure.\n"
      "Exit status 3: a figure differs and nothing known explains it.");
  command->callback([options] { validate(*options); });
}

}  // namespace flopprof::tools
