#pragma once

#include <string>
#include <vector>

#include "profiler/capture/environment.h"
#include "profiler/record/run_info.h"

namespace flopprof::tools {

/// NAME=VALUE, once a name. Throws ExitWith 2 for anything else, in words that say what is right.
RunLabels parsed_labels(const std::vector<std::string>& texts);

/// What `--label` says, over FLOPPROF_PROJECT, FLOPPROF_MODEL and the name of the system's user.
RunLabels run_labels(const std::vector<std::string>& texts, const capture::Environment& variables);

}  // namespace flopprof::tools
