#pragma once

#include <ostream>

#include "profiler/views/report.h"

namespace flopprof::views {

/// FLOPs and times by step: two charts, and the table of what they show.
void print_html_steps(std::ostream& out, const Report& report);

}  // namespace flopprof::views
