#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/metrics_server.h"

namespace flopprof::tools {

/// Runs the job attached, from making run.db to its last row, and answers the job's exit status.
/// Throws ExitWith when there is nothing to run. Talks to stderr. With `metrics` the run is served
/// there while the job runs; where nothing can listen the job runs all the same, with a fault.
int run_attached(const AttachArguments& arguments, const std::vector<std::string>& command,
                 const std::optional<MetricsPlace>& metrics = std::nullopt);

}  // namespace flopprof::tools
