#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/run_view.h"

namespace flopprof::views {

enum class TopTable { kOperators, kKernels };

/// What one frame of `flopprof top` shows, read at one moment.
struct TopView {
  std::string name;  ///< of the run, as it was given
  RunOverview run;
  std::vector<StepTotal> last_steps;  ///< in the order of time
  std::vector<OpTotal> ops;
  std::vector<KernelTotal> kernels;
  std::optional<double> mfu;
  std::optional<double> hfu;
  std::string message;  ///< what went wrong when it was last read; empty: nothing
};

struct TopRequest {
  std::size_t width = 80;
  std::size_t height = 24;  ///< 0: as many lines as there are
  bool colour = false;
  TopTable table = TopTable::kOperators;
  bool live = true;  ///< keys are listened to: say which
};

/// The lines of a frame, `height` of them at most and each `width` columns at most, safe to print.
std::vector<std::string> top_frame(const TopView& view, const TopRequest& request);

/// Eight heights of block for the values from 0 to the largest, or to twice the median where one is
/// larger: a slow first step would flatten all others. The last `width` of them; a value that is
/// not known is a blank.
std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t width);

}  // namespace flopprof::views
