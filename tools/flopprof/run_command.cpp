#include "tools/flopprof/commands.h"

namespace flopprof::tools {

void add_run(CLI::App& app) { app.add_subcommand("run", ""); }

}  // namespace flopprof::tools
