#pragma once

#include <string>
#include <vector>

#include "profiler/record/run_view.h"

namespace flopprof::views {

/// One way to know what a GPU executes.
struct FlopSource {
  std::string source;  ///< "hardware counters", "tensor activity", "model FLOPs"
  bool used = false;
  std::string why;     ///< it gives what it gives, or nothing
  std::string remedy;  ///< empty where there is nothing to do
};

/// What the run's FLOPs come from, best first, where the best was refused; else empty.
std::vector<FlopSource> sources_of(const RunOverview& run);

/// "hardware counters: not used: …; remedy: …"
std::string text_of(const FlopSource& source);

}  // namespace flopprof::views
