#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/attached_run.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr char kDashes[] = "--";
constexpr char kDashesAsWord[] = "\x01--";

/// What follows our options, with or without `--` before it.
std::vector<std::string> command_in(std::vector<std::string> rest) {
  if (!rest.empty() && rest.front() == kDashesAsWord) {
    rest.erase(rest.begin());
  } else if (!rest.empty() && rest.front().starts_with('-')) {
    throw ExitWith{2, "run has no option " + rest.front() + "; `flopprof run --help` lists them"};
  }
  if (rest.empty()) {
    throw ExitWith{2, "run needs a command, as in `flopprof run -- python3 train.py`"};
  }
  std::replace(rest.begin(), rest.end(), std::string(kDashesAsWord), std::string(kDashes));
  return rest;
}

struct MetricsArguments {
  std::optional<std::uint16_t> port;
  std::string address = MetricsPlace{}.address;
};

void add_metrics_options(CLI::App& command, MetricsArguments& metrics) {
  CLI::Option* port = command.add_option("--metrics-port", metrics.port,
                                         "serve the run's metrics at this port while the job runs; "
                                         "0: any that is free");
  command
      .add_option("--metrics-address", metrics.address,
                  "where that listens; who can reach it reads the job's command line")
      ->needs(port)
      ->capture_default_str();
}

std::optional<MetricsPlace> place_of(const MetricsArguments& metrics) {
  if (!metrics.port) return std::nullopt;
  return MetricsPlace{.address = metrics.address, .port = *metrics.port};
}

}  // namespace

std::vector<std::string> parser_arguments(std::vector<std::string> arguments) {
  if (!arguments.empty() && arguments.front() == "run") {
    const auto dashes = std::find(arguments.begin(), arguments.end(), kDashes);
    if (dashes != arguments.end()) *dashes = kDashesAsWord;
  }
  std::reverse(arguments.begin(), arguments.end());
  return arguments;
}

void add_run(CLI::App& app) {
  CLI::App* command = app.add_subcommand("run", "Run a training job with flopprof attached");
  const auto arguments = std::make_shared<AttachArguments>();
  const auto metrics = std::make_shared<MetricsArguments>();
  add_attach_options(*command, *arguments);
  command
      ->add_option("--label", arguments->labels,
                   "NAME=VALUE, what the run belongs to: project, model, user, or your own; by "
                   "default FLOPPROF_PROJECT, FLOPPROF_MODEL and the user")
      ->allow_extra_args(false);
  add_metrics_options(*command, *metrics);
  command->prefix_command();
  command->footer(
      "What follows the options, with or without `--` before it, is the job's command.");
  command->callback([command, arguments, metrics] {
    throw ExitWith{run_attached(*arguments, command_in(command->remaining()), place_of(*metrics)),
                   ""};
  });
}

}  // namespace flopprof::tools
