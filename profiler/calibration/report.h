#pragma once

#include <string>

#include "profiler/calibration/calibration.h"
#include "profiler/flops/peaks.h"

namespace flopprof::calibration {

/// What the data sheet says of the device; nothing: its peaks are not known.
using Sheet = std::optional<flops::Peaks>;

/// A table of what was counted against what was to be counted, and one of rates.
std::string text_of(const Calibration& calibration, const Sheet& sheet);

std::string json_of(const Calibration& calibration, const Sheet& sheet);

}  // namespace flopprof::calibration
