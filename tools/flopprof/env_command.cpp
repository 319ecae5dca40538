#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "profiler/capture/environment.h"
#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

struct EnvArguments {
  AttachArguments attach;
  std::string format = "text";
};

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

std::string shell_text(const capture::AttachedEnvironment& change) {
  std::string text;
  for (const std::string& name : change.unset) text += fmt::format("unset {}\n", name);
  for (const auto& [name, value] : change.set) {
    text += fmt::format("export {}={}\n", name, quoted(value));
  }
  return text;
}

/// A variable that is to be unset is null.
std::string json_text(const capture::AttachedEnvironment& change) {
  nlohmann::json variables = change.set;
  for (const std::string& name : change.unset) variables[name] = nullptr;
  return variables.dump(2) + "\n";
}

capture::AttachedEnvironment environment_for(const AttachArguments& arguments) {
  const capture::AttachOptions options = checked(arguments);
  const std::filesystem::path prefix = install_prefix();
  if (!capture::fits_in_search_paths(prefix)) {
    throw ExitWith{1,
                   fmt::format("LD_PRELOAD cannot hold {}, because of its space or colon; install "
                               "flopprof elsewhere, or "
                               "use `flopprof run`",
                               prefix.string())};
  }
  try {
    store::ReplacedRun(options.run_path, existing_of(arguments)).discard();
  } catch (const store::RunInTheWay& error) {
    throw ExitWith{2, error.what()};
  }
  return capture::attached_environment(prefix, prefix, options, current_environment());
}

}  // namespace

void add_env(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "env", "Print the variables that attach flopprof to every process started with them");
  const auto arguments = std::make_shared<EnvArguments>();
  add_attach_options(*command, arguments->attach);
  command->add_option("--format", arguments->format, "text: lines for a POSIX shell's eval")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([arguments] {
    const capture::AttachedEnvironment change = environment_for(arguments->attach);
    for (const Fault& fault : change.faults) {
      fmt::print(stderr, "flopprof: {}: {}; {}\n", fault.what, fault.detail, fault.remedy);
    }
    fmt::print("{}", arguments->format == "json" ? json_text(change) : shell_text(change));
  });
}

}  // namespace flopprof::tools
