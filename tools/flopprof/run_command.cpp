#include <algorithm>
#include <memory>

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
  add_attach_options(*command, *arguments);
  command
      ->add_option("--label", arguments->labels,
                   "NAME=VALUE, what the run belongs to: project, model, user, or your own; by "
                   "default FLOPPROF_PROJECT, FLOPPROF_MODEL and the user")
      ->allow_extra_args(false);
  command->prefix_command();
  command->footer(
      "What follows the options, with or without `--` before it, is the job's command.");
  command->callback([command, arguments] {
    throw ExitWith{run_attached(*arguments, command_in(command->remaining())), ""};
  });
}

}  // namespace flopprof::tools
