#include "profiler/views/conv_report.h"

#include <fmt/format.h>

#include "profiler/views/json_writer.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using convolution::Analysis;
using convolution::Direction;
using convolution::NumberFormat;

Flops flops(std::int64_t count) { return {static_cast<unsigned __int128>(count)}; }

/// FLOPs for programs, their ratio to the algorithmic ones for people too.
void push_ratio(Fields& fields, std::string_view key, std::string_view ratio_key,
                std::string_view title, const Analysis& row, std::optional<std::int64_t> count) {
  fields.push_back({key, "", count ? Value{flops(*count)} : Nothing{}});
  fields.push_back(
      {ratio_key, title, count ? Value{Number{row.over_algorithmic(*count)}} : Nothing{}});
}

Value teraflops(std::optional<double> flops_per_second) {
  if (!flops_per_second) return Nothing{};
  return Number{*flops_per_second / 1e12};
}

Fields fields_of(const Analysis& row, const ConvReport& report) {
  Fields fields = layer_fields(row.layer, report.list.is_network);
  fields.push_back({"direction", "direction", Word{std::string(name_of(row.direction))}});
  fields.push_back({"format", report.request.formats.size() > 1 ? "format" : "",
                    Word{std::string(row.format.name)}});
  fields.push_back({"class", "", Word{std::string(row.format.class_name)}});
  fields.push_back({"algorithmic_flops", "algorithmic", flops(row.algorithmic_flops)});
  push_ratio(fields, "valid_tap_flops", "valid_tap_ratio", "valid taps", row, row.valid_tap_flops);
  push_ratio(fields, "implicit_gemm_flops", "implicit_gemm_ratio", "implicit GEMM", row,
             row.implicit_gemm_flops);
  push_ratio(fields, "winograd_2x2_flops", "winograd_2x2_ratio", "Winograd 2x2", row,
             row.winograd_2x2_flops);
  fields.push_back({"winograd_2x2_transform_flops", "",
                    row.winograd_2x2_transform_flops
                        ? Value{flops(*row.winograd_2x2_transform_flops)}
                        : Nothing{}});
  push_ratio(fields, "winograd_4x4_product_flops", "winograd_4x4_product_ratio", "4x4 products",
             row, row.winograd_4x4_product_flops);
  fields.push_back({"compulsory_bytes", "", Count{row.compulsory_bytes}});
  fields.push_back({"flops_per_byte", "FLOP/byte", Number{row.flops_per_byte()}});
  fields.push_back({"bound", "bound", Word{std::string(name_of(row.attainable.bound))}});
  fields.push_back({"attainable_teraflops_per_second", "TFLOP/s at most",
                    teraflops(row.attainable.flops_per_second)});
  return fields;
}

std::vector<Fields> table_of(const ConvReport& report) {
  std::vector<Fields> table;
  for (const Analysis& row : report.rows) table.push_back(fields_of(row, report));
  return table;
}

/// Sums over all layers as often as they stand in the list, in one direction.
struct Total {
  Flops algorithmic, valid_tap, implicit_gemm;
};

Total total_of(const ConvReport& report, Direction direction) {
  Total total;
  for (const Analysis& row : report.rows) {
    if (row.direction != direction || row.format.name != report.request.formats[0].name) continue;
    const auto count = static_cast<unsigned __int128>(row.layer.count);
    total.algorithmic.count += flops(row.algorithmic_flops).count * count;
    total.valid_tap.count += flops(row.valid_tap_flops).count * count;
    total.implicit_gemm.count += flops(row.implicit_gemm_flops).count * count;
  }
  return total;
}

/// N, where all layers of a network have the same.
std::optional<std::int64_t> images_of(const ConvReport& report) {
  if (!report.list.is_network) return std::nullopt;
  const std::int64_t images = report.rows.front().layer.shape.images;
  for (const Analysis& row : report.rows) {
    if (row.layer.shape.images != images) return std::nullopt;
  }
  return images;
}

Fields total_fields(const ConvReport& report, Direction direction) {
  const Total total = total_of(report, direction);
  Fields fields = {{"direction", "sum", Word{std::string(name_of(direction))}},
                   {"algorithmic_flops", "algorithmic", total.algorithmic},
                   {"valid_tap_flops", "valid taps", total.valid_tap},
                   {"implicit_gemm_flops", "implicit GEMM", total.implicit_gemm}};
  if (const auto images = images_of(report)) {
    const auto divisor = static_cast<unsigned __int128>(*images);
    fields.push_back({"algorithmic_flops_per_image", "algorithmic an image",
                      Flops{total.algorithmic.count / divisor}});
  }
  return fields;
}

std::vector<Fields> totals_of(const ConvReport& report) {
  std::vector<Fields> totals;
  for (const Direction direction : report.request.directions) {
    totals.push_back(total_fields(report, direction));
  }
  return totals;
}

std::string legend(const ConvReport& report) {
  const convolution::Tile& tile = report.request.tile;
  return fmt::format(
      "Ratios are FLOPs executed over algorithmic ones: implicit GEMM with tiles of {}x{}x{}, "
      "Winograd F(2x2,3x3) with its transforms, F(4x4,3x3) without.",
      tile.rows, tile.columns, tile.depth);
}

std::vector<std::string> heading(const ConvReport& report) {
  std::vector<std::string> lines = {
      fmt::format("{}: {}", printable(report.list.name), printable(report.list.source))};
  for (const NumberFormat& format : report.request.formats) {
    lines.push_back(report.request.peaks
                        ? roof_text(*report.request.peaks, format)
                        : fmt::format("{}: peak unknown, no card named", format.name));
  }
  lines.push_back(legend(report));
  return lines;
}

void write_roof(JsonWriter& json, const flops::Peaks& peaks, const NumberFormat& format) {
  const convolution::Roofline roof = roofline_of(peaks, format);
  json.begin_object().key("format").text(format.name).key("class").text(format.class_name);
  json.key("peak_flops_per_second");
  roof.peak ? json.real(roof.peak->flops_per_second) : json.null();
  json.key("peak_source").text(roof.peak ? roof.peak->source : "");
  json.key("bytes_per_second");
  roof.bytes_per_second ? json.real(*roof.bytes_per_second) : json.null();
  json.key("bytes_source").text(peaks.bytes_source).end_object();
}

}  // namespace

Fields layer_fields(const convolution::Layer& layer, bool is_network) {
  Fields fields = {{"layer", layer.name.empty() ? "" : "layer", Name{layer.name}},
                   {"shape", "N x C x H x W, K, R x S", Word{text_of(layer.shape)}}};
  for (const convolution::NamedSize& named : convolution::kSizes) {
    fields.push_back({named.name, "", Count{layer.shape.*named.size}});
  }
  fields.push_back({"P", "", Count{layer.shape.output_height()}});
  fields.push_back({"Q", "", Count{layer.shape.output_width()}});
  fields.push_back({"count", is_network ? "count" : "", Count{layer.count}});
  return fields;
}

std::string roof_text(const flops::Peaks& peaks, const NumberFormat& format) {
  const convolution::Roofline roof = roofline_of(peaks, format);
  std::string text = fmt::format("{}, {}: ", peaks.card, format.name);
  text += roof.peak
              ? fmt::format("{:.4g} TFLOP/s of {}, dense ({})", roof.peak->flops_per_second / 1e12,
                            format.class_name, roof.peak->source)
              : fmt::format("peak unknown of {}", format.class_name);
  text += roof.bytes_per_second
              ? fmt::format("; {:.4g} TB/s ({})", *roof.bytes_per_second / 1e12, peaks.bytes_source)
              : "; memory bandwidth unknown";
  if (const auto ridge = roof.ridge()) {
    text += fmt::format("; compute bounds from {} FLOP/byte", number_text(*ridge));
  }
  return text;
}

void print_conv_text(std::ostream& out, const ConvReport& report, std::size_t width) {
  for (const std::string& line : heading(report)) out << line << '\n';
  out << '\n';
  print_text_table(out, table_of(report), width);
  out << '\n';
  print_text_table(out, totals_of(report), width);
}

void print_conv_markdown(std::ostream& out, const ConvReport& report) {
  for (const std::string& line : heading(report)) out << "- " << markdown_cell(line) << '\n';
  out << '\n';
  print_markdown_table(out, table_of(report));
  out << '\n';
  print_markdown_table(out, totals_of(report));
}

void print_conv_csv(std::ostream& out, const ConvReport& report) {
  const std::vector<Fields> table = table_of(report);
  print_csv_header(out, table.front());
  for (const Fields& row : table) print_csv_row(out, row);
}

void print_conv_json(std::ostream& out, const ConvReport& report) {
  JsonWriter json(out);
  json.begin_object().key("shapes").text(report.list.name).key("source").text(report.list.source);
  json.key("card");
  report.request.peaks ? json.text(report.request.peaks->card) : json.null();
  json.key("roofs").begin_array();
  if (report.request.peaks) {
    for (const NumberFormat& format : report.request.formats) {
      write_roof(json, *report.request.peaks, format);
    }
  }
  json.end_array().key("implicit_gemm_tile").begin_array();
  json.integer(report.request.tile.rows).integer(report.request.tile.columns);
  json.integer(report.request.tile.depth).end_array().key("rows").begin_array();
  for (const Fields& row : table_of(report)) json.row(row);
  json.end_array().key("totals").begin_array();
  for (const Fields& total : totals_of(report)) json.row(total);
  json.end_array().end_object();
}

}  // namespace flopprof::views
