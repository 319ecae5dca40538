#include "tools/flopprof/commands.h"

namespace flopprof::tools {

void add_env(CLI::App& app) { app.add_subcommand("env", ""); }

}  // namespace flopprof::tools
