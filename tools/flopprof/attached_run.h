#pragma once

#include <string>
#include <vector>

#include "tools/flopprof/attach_options.h"

namespace flopprof::tools {

/// Runs the job attached, from making run.db to its last row, and answers the job's exit status.
/// Throws ExitWith when there is nothing to run. Talks to stderr.
int run_attached(const AttachArguments& arguments, const std::vector<std::string>& command);

}  // namespace flopprof::tools
