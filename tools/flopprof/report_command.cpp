#include "tools/flopprof/commands.h"

namespace flopprof::tools {

void add_report(CLI::App& app) { app.add_subcommand("report", ""); }

}  // namespace flopprof::tools
