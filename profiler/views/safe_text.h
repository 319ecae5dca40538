#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flopprof::views {

// Names come from the job and may hold anything. What leaves here cannot move a cursor, break a
// line, a cell or a quotation, nor is it ever invalid UTF-8.

/// One line: control, direction and invalid characters stand as escapes, \n \x1b \u{202e}.
std::string printable(std::string_view name);

/// Columns that `utf8` takes in a terminal, one a code point.
std::size_t width_of(std::string_view utf8);

/// Shortened in the middle, with an ellipsis, to at most `width` columns.
std::string fitted(const std::string& utf8, std::size_t width);

/// printable(), with what Markdown would take for markup as character references.
std::string markdown_cell(std::string_view name);

/// Quoted where RFC 4180 asks for it, and where a spreadsheet would take it for a formula. Line
/// breaks stay as they are inside the quotes; other control characters are escaped.
std::string csv_cell(std::string_view name);

}  // namespace flopprof::views
