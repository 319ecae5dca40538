#include <fmt/format.h>

#include <memory>

#include "profiler/merge/merge.h"
#include "profiler/record/rank_list.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string output = "all.db";
  bool force = false;
  bool any_command = false;
};

void say_result(const merge::Merged& merged, const std::string& output) {
  for (const std::string& why : merged.kept_out)
    fmt::print(stderr, "flopprof: kept out: {}\n", why);
  for (const World& world : merged.worlds) {
    const std::vector<std::int64_t> missing = missing_ranks(world);
    fmt::print(stderr, "flopprof: world {}: {} of {} ranks{}\n", world.name, world.ranks.size(),
               world.size, missing.empty() ? "" : ", without " + rank_list(missing));
  }
  fmt::print(stderr, "flopprof: {} files in {}; `flopprof report {} --by rank` has the ranks\n",
             merged.runs, output, output);
}

void merge(const Options& options) {
  merge::Request request{
      .runs = {options.runs.begin(), options.runs.end()},
      .output = options.output,
      .existing = options.force ? store::Existing::kReplace : store::Existing::kKeep,
      .commands = options.any_command ? merge::Commands::kAny : merge::Commands::kSame};
  try {
    const merge::Merged merged = merge::merge_runs(request);
    say_result(merged, options.output);
    if (!merged.kept_out.empty()) throw ExitWith{1, ""};
  } catch (const merge::NotOneJob& error) {
    throw ExitWith{2, error.what()};
  } catch (const store::RunInTheWay& error) {
    throw ExitWith{2, error.what()};
  }
}

}  // namespace

void add_merge(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("merge", "Make one run of the files that the ranks of a job wrote");
  const auto options = std::make_shared<Options>();
  command->add_option("runs", options->runs, "The ranks' files, as run.rank*.db")->required();
  command->add_option("-o,--output", options->output, "The run.db to write")->capture_default_str();
  command->add_flag("-f,--force", options->force, "Replace a finished run");
  command->add_flag("--any-command", options->any_command,
                    "Take ranks of one world whatever commands they ran");
  command->footer(
      "A file that cannot be read is kept out, and told as a fault of the run; the status is then "
      "1.");
  command->callback([options] { merge(*options); });
}

}  // namespace flopprof::tools
