#pragma once

#include <string>
#include <vector>

#include "profiler/views/report.h"

namespace flopprof::views {

struct HeaderLine {
  std::string key;
  std::string value;
};

/// What ran, on what, and the totals.
std::vector<HeaderLine> header_of(const Report& report);

}  // namespace flopprof::views
