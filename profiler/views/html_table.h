#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "profiler/views/fields.h"

namespace flopprof::views {

/// A table of a page, with the columns that its rows' view gives people.
struct HtmlTable {
  std::string id;       ///< unique in the page
  std::string caption;  ///< what it is of, and where its numbers come from
  std::vector<Fields> rows;
};

/// The first rows as they are read without a script and on paper, and all rows as data, from which
/// the page's script sorts, filters and shows more. Where the names together would make the page
/// too long for a browser, each is shortened in the middle, and the caption says so. Nothing is
/// printed of a table without rows.
void print_html_table(std::ostream& out, const HtmlTable& table);

}  // namespace flopprof::views
