#include "profiler/views/validate_report.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "profiler/views/json_writer.h"
#include "profiler/views/table.h"

namespace flopprof::views {
namespace {

using to_accuracy::Verdict;

Flops macs_of(const ValidateRow& row) { return {row.measured.flops.count / 2}; }

/// "4.089 G": four digits, as publications print them.
std::string engineering(double value) {
  constexpr std::array<std::string_view, 9> kPrefixes = {"",  "k", "M", "G", "T",
                                                         "P", "E", "Z", "Y"};
  std::size_t prefix = 0;
  while (value >= 999.95 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  return fmt::format("{:.4g} {}", value, kPrefixes.at(prefix));
}

Value input_of(const ValidateRow& row) {
  if (row.measured.input == 0) return Nothing{};
  return Count{row.measured.input};
}

Fields fields_for_people(const ValidateRow& row) {
  const std::string name_of_unit(row.figure.unit == to_accuracy::ClaimedUnit::kMacs ? "MAC"
                                                                                    : "FLOP");
  return {
      {"model", "model", Word{row.figure.model}},
      {"input", "input", input_of(row)},
      {"measured", "measured",
       Word{engineering(static_cast<double>(macs_of(row).count)) + "MAC" +
            (row.measured_by == "run" ? "" : " (" + row.measured_by + ")")}},
      {"published", "published", Word{engineering(row.figure.value.value) + name_of_unit}},
      {"ratio", "ratio", Word{fmt::format("{:.3f}", row.judgement.ratio)}},
      {"verdict", "verdict", Word{std::string(name_of(row.judgement.verdict))}},
      {"source", "source", Name{row.figure.source}},  // the first to be shortened
      {"reason", "reason", Name{row.judgement.reason}},
  };
}

Fields fields_for_programs(const ValidateRow& row) {
  return {
      {"model", "", Word{row.figure.model}},
      {"quantity", "", Word{row.figure.quantity}},
      {"input", "", input_of(row)},
      {"measured", "", Flops{macs_of(row)}},
      {"measured_by", "", Word{row.measured_by}},
      {"published", "", Word{fmt::format("{}", row.figure.value.value)}},
      {"claimed_unit", "", Word{std::string(name_of(row.figure.unit))}},
      {"ratio", "", Word{fmt::format("{:.6g}", row.judgement.ratio)}},
      {"verdict", "", Word{std::string(name_of(row.judgement.verdict))}},
      {"reason", "", Name{row.judgement.reason}},
      {"source", "", Name{row.figure.source}},
  };
}

std::vector<Fields> table_of(const std::vector<ValidateRow>& rows) {
  std::vector<Fields> table;
  for (const ValidateRow& row : rows) table.push_back(fields_for_people(row));
  return table;
}

/// "12 agree, 3 agree as MACs"
std::string counts(const std::vector<ValidateRow>& rows) {
  std::map<Verdict, int> count;
  for (const ValidateRow& row : rows) ++count[row.judgement.verdict];
  std::string text;
  for (const auto& [verdict, times] : count) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", times, name_of(verdict));
  }
  return fmt::format("{} published figure{}: {}\n", rows.size(), rows.size() == 1 ? "" : "s", text);
}

}  // namespace

void print_validate_text(std::ostream& out, const std::vector<ValidateRow>& rows,
                         std::size_t width) {
  print_text_table(out, table_of(rows), width);
  out << '\n' << counts(rows);
  out << "ratio: measured, in the unit that the figure claims, to published; 1 MAC = 2 FLOP\n";
}

void print_validate_markdown(std::ostream& out, const std::vector<ValidateRow>& rows) {
  print_markdown_table(out, table_of(rows));
  out << '\n' << counts(rows);
}

void print_validate_csv(std::ostream& out, const std::vector<ValidateRow>& rows) {
  print_csv_header(out, fields_for_programs(ValidateRow{}));
  for (const ValidateRow& row : rows) print_csv_row(out, fields_for_programs(row));
}

void print_validate_json(std::ostream& out, const std::vector<ValidateRow>& rows) {
  JsonWriter json(out);
  json.begin_object().key("rows").begin_array();
  for (const ValidateRow& row : rows) {
    json.begin_object();
    json.key("model").text(row.figure.model).key("quantity").text(row.figure.quantity);
    json.key("measured").flops(macs_of(row)).key("published").real(row.figure.value.value);
    json.key("claimed_unit").text(name_of(row.figure.unit)).key("source").text(row.figure.source);
    json.key("ratio").real(row.judgement.ratio);
    json.key("verdict").text(name_of(row.judgement.verdict));
    json.key("reason").text(row.judgement.reason).key("input").value(input_of(row));
    json.key("measured_by").text(row.measured_by).end_object();
  }
  json.end_array().end_object();
  out << '\n';
}

}  // namespace flopprof::views
