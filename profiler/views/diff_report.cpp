#include "profiler/views/diff_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/json_writer.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using diff::Amount;
using diff::Comparison;
using diff::Part;
using diff::Quantity;

constexpr std::int64_t kDiffSchemaVersion = 1;

Value value_of(const Amount& amount) {
  if (const auto* flops = std::get_if<Flops>(&amount)) return *flops;
  if (const auto* count = std::get_if<std::int64_t>(&amount)) return Count{*count};
  if (const auto* seconds = std::get_if<double>(&amount)) return Seconds{*seconds};
  return Nothing{};
}

Value value_of(const std::optional<double>& change) {
  return change ? Value{Change{*change}} : Nothing{};
}

/// Two figures that differ and would print as one are printed with all their digits.
std::pair<Value, Value> sides_of(const Quantity& quantity) {
  Value a = value_of(quantity.a);
  Value b = value_of(quantity.b);
  const auto* left = std::get_if<Flops>(&a);
  const auto* right = std::get_if<Flops>(&b);
  if (left && right && *left != *right && flops_text(*left) == flops_text(*right)) {
    return {Word{grouped(*left) + " FLOP"}, Word{grouped(*right) + " FLOP"}};
  }
  return {std::move(a), std::move(b)};
}

std::string verdict_text(const Quantity& quantity) {
  const std::string words(words_of(quantity.verdict));
  return quantity.p ? fmt::format("{}, p = {:.2g}", words, *quantity.p) : words;
}

std::vector<Fields> quantity_rows(const std::vector<Quantity>& quantities, std::string_view title) {
  std::vector<Fields> rows;
  for (const Quantity& quantity : quantities) {
    if (quantity.verdict == diff::Verdict::kInNeither) continue;
    const auto [a, b] = sides_of(quantity);
    rows.push_back({{"", title, Word{quantity.title}},
                    {"", "A", a},
                    {"", "B", b},
                    {"", "change", value_of(quantity.change)},
                    {"", "verdict", Word{verdict_text(quantity)}}});
  }
  return rows;
}

std::vector<Fields> part_rows(const std::vector<Part>& parts, std::string_view title,
                              std::string_view work, std::string_view time, std::int64_t top) {
  std::vector<Fields> rows;
  for (const Part& part : parts) {
    if (top > 0 && static_cast<std::int64_t>(rows.size()) == top) break;
    const auto [a, b] = sides_of(part.work);
    rows.push_back({{"", title, Name{part.name}},
                    {"", work, a},
                    {"", "B", b},
                    {"", "change", value_of(part.work.change)},
                    {"", time, value_of(part.time.a)},
                    {"", "B", value_of(part.time.b)},
                    {"", "change", value_of(part.time.change)},
                    {"", "verdict", Word{std::string(words_of(part.work.verdict))}}});
  }
  return rows;
}

struct Section {
  std::string title;
  std::vector<Fields> rows;
  std::size_t left_out = 0;
};

std::vector<Section> sections_of(const Comparison& comparison, std::int64_t top) {
  const char* order = ", by change in time";
  const auto rest = [](const std::vector<Part>& all, const std::vector<Fields>& rows) {
    return all.size() - rows.size();
  };
  std::vector<Section> sections;
  sections.push_back({"Totals", quantity_rows(comparison.totals, "total")});
  sections.push_back({"Per step, medians", quantity_rows(comparison.per_step, "per step")});
  sections.push_back(
      {"By phase", part_rows(comparison.phases, "phase", "model FLOPs A", "CPU time A", 0)});
  auto ops = part_rows(comparison.ops, "operator", "model FLOPs A", "CPU time A", top);
  sections.push_back({std::string("By operator") + order, ops, rest(comparison.ops, ops)});
  auto kernels = part_rows(comparison.kernels, "kernel", "launches A", "kernel time A", top);
  sections.push_back(
      {std::string("By kernel") + order, kernels, rest(comparison.kernels, kernels)});
  std::erase_if(sections, [](const Section& section) { return section.rows.empty(); });
  return sections;
}

std::string left_out_text(const Section& section) {
  return fmt::format("… and {} more; --top 0 prints all\n",
                     grouped(static_cast<std::int64_t>(section.left_out)));
}

std::string changes_text(const Comparison& comparison) {
  return comparison.in_steps ? "changes of what steps did are per step" : "changes are of sums";
}

void write_quantity(JsonWriter& json, const Quantity& quantity) {
  json.begin_object().key("quantity").text(quantity.key);
  json.key("a").value(value_of(quantity.a)).key("b").value(value_of(quantity.b));
  json.key("change").value(value_of(quantity.change)).key("p");
  quantity.p ? json.real(*quantity.p) : json.null();
  json.key("verdict").text(words_of(quantity.verdict)).end_object();
}

void write_quantities(JsonWriter& json, std::string_view key,
                      const std::vector<Quantity>& quantities) {
  json.key(key).begin_array();
  for (const Quantity& quantity : quantities) write_quantity(json, quantity);
  json.end_array();
}

void write_parts(JsonWriter& json, std::string_view key, std::string_view name,
                 const std::vector<Part>& parts) {
  json.key(key).begin_array();
  for (const Part& part : parts) {
    json.begin_object().key(name).text(part.name);
    for (const Quantity* quantity : {&part.work, &part.time}) {
      json.key(quantity->key).begin_object();
      json.key("a").value(value_of(quantity->a)).key("b").value(value_of(quantity->b));
      json.key("change").value(value_of(quantity->change));
      json.key("verdict").text(words_of(quantity->verdict)).end_object();
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void print_diff_text(std::ostream& out, const Comparison& comparison, const DiffRequest& request) {
  out << "A: " << printable(request.a) << "\nB: " << printable(request.b) << '\n';
  for (const std::string& note : comparison.notes) out << "note: " << printable(note) << '\n';
  for (const Section& section : sections_of(comparison, request.top)) {
    out << '\n' << section.title << '\n';
    print_text_table(out, section.rows, request.width);
    if (section.left_out > 0) out << left_out_text(section);
  }
  out << "\nFLOPs and counts are exact; " << changes_text(comparison)
      << ".\nTimes of single steps: " << diff::kStatistic
      << ".\nThat is the noise within these two runs; what differs from one run to the next is not "
         "in it.\n";
}

void print_diff_markdown(std::ostream& out, const Comparison& comparison,
                         const DiffRequest& request) {
  out << "- A: " << markdown_cell(request.a) << "\n- B: " << markdown_cell(request.b) << '\n';
  for (const std::string& note : comparison.notes) out << "- note: " << markdown_cell(note) << '\n';
  for (const Section& section : sections_of(comparison, request.top)) {
    out << "\n### " << section.title << "\n\n";
    print_markdown_table(out, section.rows);
    if (section.left_out > 0) out << '\n' << left_out_text(section);
  }
  out << "\nFLOPs and counts are exact; " << changes_text(comparison)
      << ". Times of single steps: " << diff::kStatistic << ".\n";
}

void print_diff_json(std::ostream& out, const Comparison& comparison, const DiffRequest& request) {
  JsonWriter json(out);
  json.begin_object().key("schema_version").integer(kDiffSchemaVersion);
  json.key("a").text(request.a).key("b").text(request.b);
  json.key("notes").begin_array();
  for (const std::string& note : comparison.notes) json.text(note);
  json.end_array();
  json.key("statistic").text(diff::kStatistic);
  json.key("changes_of_sums").text(comparison.in_steps ? "per step" : "as they are");
  write_quantities(json, "totals", comparison.totals);
  write_quantities(json, "per_step", comparison.per_step);
  write_parts(json, "by_phase", "phase", comparison.phases);
  write_parts(json, "by_op", "op", comparison.ops);
  write_parts(json, "by_kernel", "kernel", comparison.kernels);
  json.end_object();
}

}  // namespace flopprof::views
