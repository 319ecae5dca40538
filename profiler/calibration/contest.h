#pragma once

#include <optional>
#include <vector>

#include "profiler/calibration/calibration.h"

namespace flopprof::calibration {

/// One run of each, one straight after the other.
struct Turn {
  double seconds = 0;          ///< of ours
  double library_seconds = 0;  ///< of the library's
  std::optional<int> clock_mhz;
  std::optional<int> library_clock_mhz;
};

/// Puts medians of the turns into the contest, and doubts where the clocks were not the same. There
/// is at least one turn.
void settle(const std::vector<Turn>& turns, Contest& contest);

/// Doubts a contest in which the library made its product in another class than the one that is
/// expected of it, and one in which that is not known.
void doubt_classes(const Workload& library, Contest& contest);

}  // namespace flopprof::calibration
