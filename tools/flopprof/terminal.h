#pragma once

#include <cstddef>

namespace flopprof::tools {

/// Columns for text on standard output: what COLUMNS says, else the terminal's, else 100.
std::size_t terminal_width();

/// Standard output is a terminal and NO_COLOR is not set (no-color.org).
bool colour_wanted();

/// TERM names a terminal that cannot be drawn on, or none.
bool terminal_is_dumb();

}  // namespace flopprof::tools
