#pragma once

#include <string>

#include "profiler/to_accuracy/trend.h"
#include "profiler/views/drawing.h"

namespace flopprof::views {

struct TrendPlot {
  Drawing drawing;
  std::size_t names_left_out = 0;  ///< of points, for want of room
};

/// The compute to one level against the date, on a log axis: every point in grey, the low envelope
/// in colour with the line fitted to it, and Moore's law from the envelope's first point. `source`
/// says where the figures come from. `trend` has at least one point.
TrendPlot trend_plot(const to_accuracy::LevelTrend& trend, const std::string& source);

}  // namespace flopprof::views
