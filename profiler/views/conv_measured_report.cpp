#include "profiler/views/conv_measured_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "profiler/views/conv_report.h"
#include "profiler/views/json_writer.h"
#include "profiler/views/roofline_plot.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using convolution::Measured;
using convolution::Times;

Value teraflops(std::optional<double> flops_per_second) {
  if (!flops_per_second) return Nothing{};
  return Number{*flops_per_second / 1e12};
}

Value count(std::optional<std::int64_t> number) {
  if (!number) return Nothing{};
  return Count{*number};
}

/// The better of the two states of the cache to compute rates from.
const std::optional<Times>& best(const Measured& row) { return row.warm ? row.warm : row.cold; }

void push_times(Fields& fields, bool warm, const std::optional<Times>& times) {
  const auto seconds = [&](double Times::* which) -> Value {
    if (!times) return Nothing{};
    return Seconds{(*times).*which};
  };
  fields.push_back({warm ? "warm_seconds_median" : "cold_seconds_median", warm ? "warm" : "cold L2",
                    seconds(&Times::median)});
  fields.push_back({warm ? "warm_seconds_min" : "cold_seconds_min", warm ? "least" : "",
                    seconds(&Times::least)});
  fields.push_back({warm ? "warm_spread" : "cold_spread", warm ? "spread" : "",
                    times ? Value{Share{times->spread}} : Nothing{}});
}

void push_executed(Fields& fields, const Measured& row, const ConvMeasuredReport& report) {
  const bool known = row.executed.source != convolution::CountSource::kNone;
  const Flops all = row.executed.all();
  fields.push_back({"executed_flops", "", known ? Value{all} : Nothing{}});
  fields.push_back({"executed_flops_source", "", Word{std::string(name_of(row.executed.source))}});
  fields.push_back({"executed_repeats_disagree", "", Count{row.executed.repeats_disagree}});
  fields.push_back({"executed_ratio", "executed/algorithmic",
                    known ? Value{Number{static_cast<double>(all.count) /
                                         static_cast<double>(row.analysis.algorithmic_flops)}}
                          : Nothing{}});
  fields.push_back({"effective_teraflops_per_second", "effective TFLOP/s",
                    teraflops(effective_flops_per_second(row.analysis, best(row)))});
  fields.push_back({"executed_teraflops_per_second", "executed TFLOP/s",
                    teraflops(executed_flops_per_second(row.executed, best(row)))});
  const auto share =
      report.peaks ? share_of_peak(row.executed, best(row), *report.peaks) : std::nullopt;
  fields.push_back({"executed_share_of_peak", "of peak", share ? Value{Share{*share}} : Nothing{}});
  for (const std::string_view name : kFlopClassNames) {
    const auto found = row.executed.by_class.find(*flop_class_named(name));
    const bool counted = found != row.executed.by_class.end();
    fields.push_back({name, "", counted ? Value{found->second} : Nothing{}});
  }
}

void push_footprint(Fields& fields, const convolution::Footprint& footprint) {
  fields.push_back({"kernels_launched", "kernels", count(footprint.kernels)});
  fields.push_back({"dram_bytes_read", "DRAM read", count(footprint.dram_bytes_read)});
  fields.push_back({"dram_bytes_written", "DRAM written", count(footprint.dram_bytes_written)});
}

Fields fields_of(const Measured& row, const ConvMeasuredReport& report) {
  Fields fields = layer_fields(row.analysis.layer, report.list.is_network);
  fields.push_back({"direction", "direction", Word{std::string(name_of(row.analysis.direction))}});
  fields.push_back({"format", "format", Word{std::string(row.analysis.format.name)}});
  fields.push_back({"engine", "engine", Word{row.engine}});
  fields.push_back({"notes", "notes", Name{fmt::format("{}", fmt::join(row.notes, " "))}});
  fields.push_back({"layout", "", Word{row.layout}});
  fields.push_back({"workspace_limit_bytes", "workspace limit", count(row.workspace_limit)});
  fields.push_back({"workspace_bytes", "workspace", Count{row.workspace_bytes}});
  fields.push_back({"algorithmic_flops", "algorithmic",
                    Flops{static_cast<unsigned __int128>(row.analysis.algorithmic_flops)}});
  fields.push_back(
      {"valid_tap_flops", "", Flops{static_cast<unsigned __int128>(row.analysis.valid_tap_flops)}});
  push_times(fields, true, row.warm);
  push_times(fields, false, row.cold);
  push_executed(fields, row, report);
  fields.push_back({"compulsory_bytes", "", Count{row.analysis.compulsory_bytes}});
  push_footprint(fields, row.footprint);
  fields.push_back({"flops_per_byte", "FLOP/byte", Number{row.analysis.flops_per_byte()}});
  fields.push_back({"bound", "bound", Word{std::string(name_of(row.analysis.attainable.bound))}});
  fields.push_back(
      {"attainable_teraflops_per_second", "", teraflops(row.analysis.attainable.flops_per_second)});
  const auto& times = best(row);
  fields.push_back({"clock_mhz", "clock MHz",
                    times && times->clock_hz ? Value{Number{*times->clock_hz / 1e6}} : Nothing{}});
  fields.push_back(
      {"doubts", "",
       Name{times ? fmt::format("{}", fmt::join(times->doubts, "; ")) : std::string()}});
  fields.push_back({"problem", "problem", Name{row.problem}});
  return fields;
}

std::vector<Fields> table_of(const ConvMeasuredReport& report) {
  std::vector<Fields> table;
  for (const Measured& row : report.rows) table.push_back(fields_of(row, report));
  return table;
}

std::vector<std::string> heading(const ConvMeasuredReport& report) {
  std::vector<std::string> lines = {
      fmt::format("{} on {}", printable(report.list.name), printable(report.device))};
  for (const convolution::NumberFormat& format : report.formats) {
    lines.push_back(report.peaks ? roof_text(*report.peaks, format)
                                 : fmt::format("{}: peak unknown", format.name));
  }
  for (const std::string& line : report.about) lines.push_back(printable(line));
  lines.push_back(
      "Effective rates divide algorithmic FLOPs by the time, and may exceed the peak; the share of "
      "the peak is of executed FLOPs alone.");
  return lines;
}

}  // namespace

void print_conv_measured_text(std::ostream& out, const ConvMeasuredReport& report,
                              std::size_t width) {
  for (const std::string& line : heading(report)) out << line << '\n';
  out << '\n';
  print_text_table(out, table_of(report), width);
}

void print_conv_measured_markdown(std::ostream& out, const ConvMeasuredReport& report) {
  for (const std::string& line : heading(report)) out << "- " << markdown_cell(line) << '\n';
  out << '\n';
  print_markdown_table(out, table_of(report));
}

void print_conv_measured_csv(std::ostream& out, const ConvMeasuredReport& report) {
  const std::vector<Fields> table = table_of(report);
  if (table.empty()) return;
  print_csv_header(out, table.front());
  for (const Fields& row : table) print_csv_row(out, row);
}

void print_conv_measured_json(std::ostream& out, const ConvMeasuredReport& report) {
  JsonWriter json(out);
  json.begin_object().key("shapes").text(report.list.name).key("source").text(report.list.source);
  json.key("device").text(report.device).key("card");
  report.peaks ? json.text(report.peaks->card) : json.null();
  json.key("about").begin_array();
  for (const std::string& line : report.about) json.text(line);
  json.end_array().key("rows").begin_array();
  for (const Fields& row : table_of(report)) json.row(row);
  json.end_array().end_object();
}

std::optional<Drawing> conv_measured_plot(const ConvMeasuredReport& report) {
  if (!report.peaks) return std::nullopt;
  RooflinePicture picture{.title = report.list.name + " on " + report.peaks->card,
                          .subtitle = "measured, with the L2 cache warm",
                          .source = report.list.source,
                          .points_are = "executed FLOP/s",
                          .other_points_are = "effective FLOP/s",
                          .roofs = roofs_of(*report.peaks, report.formats)};
  for (const Measured& row : report.rows) {
    const auto add = [&](std::optional<double> rate, bool is_executed) {
      if (!rate) return;
      picture.points.push_back(
          {.flops_per_byte = row.analysis.flops_per_byte(),
           .flops_per_second = *rate,
           .above_all = is_executed,
           .tooltip =
               fmt::format("{}, {}, {}, {}: {} TFLOP/s {}", text_of(row.analysis.layer.shape),
                           name_of(row.analysis.direction), row.analysis.format.name, row.engine,
                           number_text(*rate / 1e12), is_executed ? "executed" : "effective")});
    };
    add(effective_flops_per_second(row.analysis, best(row)), false);
    add(executed_flops_per_second(row.executed, best(row)), true);
  }
  return roofline_plot(picture);
}

}  // namespace flopprof::views
