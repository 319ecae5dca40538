#include "profiler/views/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/safe_text.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

constexpr std::size_t kNarrowestName = 12;
constexpr std::size_t kWidestMarkdownName = 120;
constexpr std::string_view kGap = "  ";

bool is_text(const Value& value) {
  return std::holds_alternative<Name>(value) || std::holds_alternative<Word>(value);
}

std::string csv_of(const Value& value) {
  return std::visit(
      Overloaded{[](Nothing) { return std::string(); },
                 [](const Flops& flops) { return digits_of(flops); },
                 [](const Count& count) { return std::to_string(count.count); },
                 [](const Seconds& seconds) { return fmt::format("{}", seconds.seconds); },
                 [](const Share& share) { return fmt::format("{}", share.share); },
                 [](const Change& change) { return fmt::format("{}", change.share); },
                 [](const Number& number) { return fmt::format("{}", number.number); },
                 [](const Name& name) { return csv_cell(name.name); },
                 [](const Word& word) { return csv_cell(word.word); }},
      value);
}

struct Column : TableColumn {
  std::size_t width = 0;
};

std::vector<Column> with_widths(std::span<const Fields> rows) {
  std::vector<Column> columns;
  for (const TableColumn& shown : columns_of(rows)) {
    Column column{shown, width_of(shown.title)};
    for (const Fields& row : rows) {
      column.width = std::max(column.width, width_of(text_of(row[column.field].value)));
    }
    columns.push_back(column);
  }
  return columns;
}

void fit(std::vector<Column>& columns, std::size_t width) {
  std::size_t total = (columns.size() - 1) * kGap.size();
  for (const Column& column : columns) total += column.width;
  for (Column& column : columns) {
    if (!column.is_name || total <= width) continue;
    const std::size_t narrowest = std::max(kNarrowestName, width_of(column.title));
    const std::size_t spare = column.width > narrowest ? column.width - narrowest : 0;
    const std::size_t cut = std::min(spare, total - width);
    column.width -= cut;
    total -= cut;
  }
}

std::string padded(const Column& column, const std::string& text) {
  const std::string blanks(column.width - std::min(column.width, width_of(text)), ' ');
  return column.is_text ? text + blanks : blanks + text;
}

void print_line(std::ostream& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

std::vector<TableColumn> columns_of(std::span<const Fields> rows) {
  std::vector<TableColumn> columns;
  if (rows.empty()) return columns;
  for (std::size_t field = 0; field < rows[0].size(); ++field) {
    const auto titled = std::find_if(
        rows.begin(), rows.end(), [field](const Fields& row) { return !row[field].title.empty(); });
    if (titled == rows.end()) continue;
    const Field& first = (*titled)[field];
    columns.push_back({.title = first.title,
                       .field = field,
                       .is_text = is_text(first.value),
                       .is_name = std::holds_alternative<Name>(first.value)});
  }
  return columns;
}

std::string text_of(const Value& value) {
  return std::visit(Overloaded{[](Nothing) { return std::string("-"); },
                               [](const Flops& flops) { return flops_text(flops); },
                               [](const Count& count) { return grouped(count.count); },
                               [](const Seconds& seconds) { return seconds_text(seconds.seconds); },
                               [](const Share& share) { return percent_text(share.share); },
                               [](const Change& change) { return change_text(change.share); },
                               [](const Number& number) { return number_text(number.number); },
                               [](const Name& name) {
                                 return name.name.empty() ? std::string("-") : printable(name.name);
                               },
                               [](const Word& word) { return word.word; }},
                    value);
}

void print_text_table(std::ostream& out, std::span<const Fields> rows, std::size_t width) {
  if (rows.empty()) return;
  std::vector<Column> columns = with_widths(rows);
  fit(columns, width);
  std::string head;
  std::string rule;
  for (const Column& column : columns) {
    const std::string_view gap = head.empty() ? std::string_view() : kGap;
    head += std::string(gap) + padded(column, std::string(column.title));
    rule += std::string(gap) + std::string(column.width, '-');
  }
  print_line(out, head);
  print_line(out, rule);
  for (const Fields& row : rows) {
    std::string line;
    for (const Column& column : columns) {
      if (!line.empty()) line += kGap;
      const std::string text = text_of(row[column.field].value);
      line += padded(column, column.is_name ? fitted(text, column.width) : text);
    }
    print_line(out, line);
  }
}

void print_markdown_table(std::ostream& out, std::span<const Fields> rows) {
  if (rows.empty()) return;
  const std::vector<TableColumn> columns = columns_of(rows);
  std::string head = "|";
  std::string rule = "|";
  for (const TableColumn& column : columns) {
    head += fmt::format(" {} |", column.title);
    rule += column.is_text ? " --- |" : " ---: |";
  }
  out << head << '\n' << rule << '\n';
  for (const Fields& row : rows) {
    out << '|';
    for (const TableColumn& column : columns) {
      const std::string text = text_of(row[column.field].value);
      out << ' ' << (column.is_name ? markdown_cell(fitted(text, kWidestMarkdownName)) : text)
          << " |";
    }
    out << '\n';
  }
}

void print_csv_header(std::ostream& out, const Fields& row) {
  const char* gap = "";
  for (const Field& field : row) {
    out << gap << field.key;
    gap = ",";
  }
  out << "\r\n";
}

void print_csv_row(std::ostream& out, const Fields& row) {
  const char* gap = "";
  for (const Field& field : row) {
    out << gap << csv_of(field.value);
    gap = ",";
  }
  out << "\r\n";
}

}  // namespace flopprof::views
