#include "profiler/views/html_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "profiler/views/html_text.h"
#include "profiler/views/json_writer.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::size_t kFirstRows = 25;  // report.js shows as many
constexpr std::size_t kLongName = 100;  // columns; longer ones are folded, there as here
constexpr std::size_t kNameBytes = 1'200'000;
constexpr std::size_t kShortestName = 40;

/// One cell as people and as programs read it.
struct Cell {
  std::string text;
  std::string exact;  ///< as in JSON; empty: the text says it all
};

Cell cell_of(const Value& value) {
  Cell cell{.text = text_of(value), .exact = {}};
  const bool is_text = std::holds_alternative<Name>(value) || std::holds_alternative<Word>(value);
  if (is_text || std::holds_alternative<Nothing>(value)) return cell;
  std::ostringstream exact;
  JsonWriter(exact).value(value);
  if (exact.str() != cell.text) cell.exact = exact.str();
  return cell;
}

/// How many columns of a name are shown; nothing: all of every name.
std::size_t name_limit(const std::vector<Fields>& rows) {
  std::size_t bytes = 0;
  std::size_t names = 0;
  for (const Fields& row : rows) {
    for (const Field& field : row) {
      if (!std::holds_alternative<Name>(field.value)) continue;
      bytes += text_of(field.value).size();
      ++names;
    }
  }
  if (bytes <= kNameBytes) return std::string::npos;
  return std::max(kShortestName, kNameBytes / names);
}

bool is_share(const Value& value) { return std::holds_alternative<Share>(value); }

std::string_view kind_of(const TableColumn& column, const std::vector<Fields>& rows) {
  if (column.is_text) return column.is_name ? "name" : "word";
  const bool share = std::any_of(rows.begin(), rows.end(), [&](const Fields& row) {
    return is_share(row[column.field].value);
  });
  return share ? "share" : "number";
}

std::string name_html(const std::string& name) {
  if (width_of(name) <= kLongName) return html_of(name);
  return fmt::format("<details><summary>{}</summary>{}</details>", html_of(fitted(name, kLongName)),
                     html_of(name));
}

std::string cell_html(const TableColumn& column, const Value& value, std::size_t limit,
                      bool is_head) {
  const Cell cell = cell_of(value);
  if (column.is_text) {
    const std::string text =
        column.is_name ? name_html(fitted(cell.text, limit)) : html_of(cell.text);
    return is_head ? fmt::format("<th scope=\"row\">{}</th>", text)
                   : fmt::format("<td>{}</td>", text);
  }
  const std::string exact =
      cell.exact.empty() ? "" : fmt::format(" title=\"{}\"", html_of(cell.exact));
  const std::string bar =
      is_share(value) ? fmt::format(" style=\"--share-width:{:.1f}%\"",
                                    std::clamp(std::get<Share>(value).share, 0.0, 1.0) * 100)
                      : "";
  const std::string_view tag = is_head ? "th scope=\"row\"" : "td";
  return fmt::format("<{} class=\"{}\"{}{}>{}</{}>", tag, bar.empty() ? "number" : "number share",
                     exact, bar, cell.text, is_head ? "th" : "td");
}

std::string cell_json(const TableColumn& column, const Value& value, std::size_t limit) {
  const Cell cell = cell_of(value);
  if (column.is_name) return script_string(fitted(cell.text, limit));
  if (column.is_text) return script_string(cell.text);
  if (std::holds_alternative<Nothing>(value)) return "null";
  if (cell.exact.empty()) return cell.text;
  return fmt::format("[\"{}\",{}]", cell.exact, script_string(cell.text));
}

void print_head(std::ostream& out, const std::vector<TableColumn>& columns) {
  out << "<thead><tr>";
  for (const TableColumn& column : columns) {
    out << fmt::format("<th scope=\"col\"{}><button type=\"button\">{}</button></th>",
                       column.is_text ? "" : " class=\"number\"", html_of(column.title));
  }
  out << "</tr></thead>\n";
}

void print_data(std::ostream& out, const HtmlTable& table, const std::vector<TableColumn>& columns,
                std::size_t limit) {
  out << fmt::format("<script type=\"application/json\" id=\"{}-data\">{{\"columns\":[", table.id);
  std::string_view gap;
  for (const TableColumn& column : columns) {
    const Fields& row = table.rows.front();
    out << gap
        << fmt::format("{{\"key\":\"{}\",\"title\":{},\"kind\":\"{}\"}}", row[column.field].key,
                       script_string(column.title), kind_of(column, table.rows));
    gap = ",";
  }
  out << "],\"rows\":[";
  std::string_view row_gap = "\n";
  for (const Fields& row : table.rows) {
    out << row_gap << '[';
    gap = {};
    for (const TableColumn& column : columns) {
      out << gap << cell_json(column, row[column.field].value, limit);
      gap = ",";
    }
    out << ']';
    row_gap = ",\n";
  }
  out << "]}</script>\n";
}

void print_controls(std::ostream& out, const HtmlTable& table) {
  if (table.rows.size() < 8) return;
  out << fmt::format(
      "<p class=\"controls\"><label>Search <input type=\"search\" id=\"{0}-search\" "
      "autocomplete=\"off\" spellcheck=\"false\"></label> "
      "<span id=\"{0}-count\" role=\"status\">{1} rows</span></p>\n",
      table.id, grouped(static_cast<std::int64_t>(table.rows.size())));
}

}  // namespace

void print_html_table(std::ostream& out, const HtmlTable& table) {
  if (table.rows.empty()) return;
  const std::vector<TableColumn> columns = columns_of(table.rows);
  const std::size_t limit = name_limit(table.rows);
  print_controls(out, table);
  out << fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}-caption\">\n"
      "<table id=\"{0}\"><caption id=\"{0}-caption\"><span>{1}",
      table.id, html_of(table.caption));
  if (limit != std::string::npos) {
    out << fmt::format("; names are shortened to {} characters, `--format json` has them whole",
                       limit);
  }
  out << "</span></caption>\n";
  print_head(out, columns);
  out << "<tbody>\n";
  for (std::size_t i = 0; i < std::min(kFirstRows, table.rows.size()); ++i) {
    out << "<tr>";
    for (const TableColumn& column : columns) {
      out << cell_html(column, table.rows[i][column.field].value, limit, &column == &columns[0]);
    }
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
  if (table.rows.size() > kFirstRows) {
    out << fmt::format(
        "<p><button type=\"button\" class=\"more\" id=\"{0}-more\">Show more</button>"
        "<noscript>The first {1} of {2} rows; the others need a script.</noscript></p>\n",
        table.id, kFirstRows, grouped(static_cast<std::int64_t>(table.rows.size())));
  }
  print_data(out, table, columns, limit);
}

}  // namespace flopprof::views
