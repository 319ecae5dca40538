#pragma once

#include <string>
#include <string_view>

namespace flopprof::views {

// What may come from the job, made fit for a page: nothing in it is ever markup or code.

/// printable(), with what HTML would take for markup as character references; between tags and
/// inside quoted attributes.
std::string html_of(std::string_view text);

/// A JSON string of printable(), which ends no script element and opens no comment.
std::string script_string(std::string_view text);

/// "By operator" is "by-operator".
std::string anchor_of(std::string_view title);

}  // namespace flopprof::views
