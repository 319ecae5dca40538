#pragma once

#include <cstddef>
#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "profiler/views/fields.h"

namespace flopprof::views {

/// A column that people see: some row gives it a title.
struct TableColumn {
  std::string_view title;
  std::size_t field = 0;  ///< its place in the row
  bool is_text = false;   ///< to the left; numbers to the right
  bool is_name = false;   ///< from the job, of any length
};
std::vector<TableColumn> columns_of(std::span<const Fields> rows);

/// Aligned columns, names to the left, numbers to the right. Where the table is wider than `width`,
/// names are shortened in the middle; a number never is.
void print_text_table(std::ostream& out, std::span<const Fields> rows, std::size_t width);

/// A table of GitHub's Markdown.
void print_markdown_table(std::ostream& out, std::span<const Fields> rows);

/// RFC 4180, CRLF: numbers exact and without units, times in seconds.
void print_csv_header(std::ostream& out, const Fields& row);
void print_csv_row(std::ostream& out, const Fields& row);

/// What people read: with its unit, safe for one line.
std::string text_of(const Value& value);

}  // namespace flopprof::views
