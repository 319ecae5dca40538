#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/calibration/calibration.h"
#include "profiler/flops/peaks.h"

namespace flopprof::calibration {

enum class Standing {
  kMet,
  kMissed,
  kUnknown,  ///< what it is to be compared with is not known
};

std::string_view name_of(Standing standing);

/// What a kernel of ours is to reach.
struct Target {
  std::string kernel;
  std::string of;                 ///< "the data sheet's bandwidth"
  double wanted = 0;              ///< a share of that
  std::optional<double> reached;  ///< with random numbers
  std::string unknown;            ///< why that is not known
};

Standing standing_of(const Target& target);

/// Of all that ran and has a target, and of all contests.
std::vector<Target> targets_of(const Calibration& calibration,
                               const std::optional<flops::Peaks>& sheet);

}  // namespace flopprof::calibration
