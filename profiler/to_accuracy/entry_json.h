#pragma once

#include <string>
#include <vector>

#include "profiler/to_accuracy/target_result.h"

namespace flopprof::to_accuracy {

/// `convert --to json`. FLOP counts are integers with all their digits. Several results are seeds:
/// the numbers of the first level are the mean over those that reached the target.
std::string to_json(const std::vector<TargetResult>& results, const std::string& metric,
                    Convention convention);

}  // namespace flopprof::to_accuracy
