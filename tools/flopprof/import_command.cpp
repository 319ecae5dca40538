#include <fmt/format.h>

#include <memory>

#include "profiler/nsys/import.h"
#include "profiler/store/replaced_run.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

struct Options {
  std::string nsys;
  std::string run = "run.db";
  std::string step_range;
  bool force = false;
};

void import(const Options& options) {
  const store::NsysExport nsys(options.nsys);
  const auto existing = options.force ? store::Existing::kReplace : store::Existing::kKeep;
  try {
    store::ReplacedRun replaced(options.run, existing);
    try {
      const nsys::Imported imported = nsys::import_run(nsys, options.step_range, options.run);
      replaced.discard();
      fmt::print(stderr,
                 "flopprof: {} kernels of {} processes, {} of them outside steps; {} steps; "
                 "`flopprof report {}` has the rest\n",
                 imported.kernels, imported.processes, imported.kernels_outside_steps,
                 imported.steps, options.run);
    } catch (...) {
      replaced.restore();
      throw;
    }
  } catch (const store::RunInTheWay& error) {
    throw ExitWith{2, error.what()};
  }
}

}  // namespace

void add_import(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import", "Make a run.db of what Nsight Systems captured");
  const auto options = std::make_shared<Options>();
  command->add_option("nsys", options->nsys, "What `nsys export --type sqlite` wrote")->required();
  command->add_option("-o,--output", options->run, "The run.db to write")->capture_default_str();
  command->add_option("--step-range", options->step_range,
                      "The NVTX range that is a step; 'step *' stands for all that begin so");
  command->add_flag("-f,--force", options->force, "Replace a finished run");
  command->callback([options] { import(*options); });
}

}  // namespace flopprof::tools
