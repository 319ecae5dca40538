#include "profiler/to_accuracy/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kCatalogueCsv.h"
#include "profiler/to_accuracy/csv.h"
#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

/// The columns of data/catalogue.csv.
enum Column : std::size_t { kModel, kInput, kQuantity, kValue, kUnit, kNetwork, kSource };

std::optional<ClaimedUnit> unit_named(std::string_view name) {
  if (name == "FLOPs") return ClaimedUnit::kFlops;
  if (name == "MACs") return ClaimedUnit::kMacs;
  return std::nullopt;
}

PublishedFigure figure_of(const CsvRecord& record) {
  const auto& fields = record.fields;
  return {.model = fields[kModel],
          .input = std::stoll(fields[kInput]),
          .quantity = fields[kQuantity],
          .value = printed_figure(fields[kValue]),
          .unit = unit_named(fields[kUnit]).value(),
          .network = fields[kNetwork],
          .source = fields[kSource]};
}

}  // namespace

std::string_view name_of(ClaimedUnit unit) {
  return unit == ClaimedUnit::kFlops ? "FLOPs" : "MACs";
}

const std::vector<PublishedFigure>& catalogue() {
  static const std::vector<PublishedFigure> figures = [] {
    std::vector<PublishedFigure> read;
    for (const CsvRecord& record : csv_table(kCatalogueCsv).rows) read.push_back(figure_of(record));
    return read;
  }();
  return figures;
}

std::vector<std::string> catalogued_models() {
  std::vector<std::string> models;
  for (const PublishedFigure& figure : catalogue()) {
    if (std::ranges::find(models, figure.model) == models.end()) models.push_back(figure.model);
  }
  return models;
}

PublishedFigure published_argument(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto unit =
      colon == std::string_view::npos ? std::nullopt : unit_named(text.substr(colon + 1));
  if (!unit) {
    throw FieldError(
        fmt::format("\"{}\" names no unit; write it as 3.8e9:FLOPs or 4.1e9:MACs", text), text,
        "VALUE:FLOPs or VALUE:MACs");
  }
  return {.value = printed_figure(text.substr(0, colon)), .unit = *unit, .source = "--published"};
}

}  // namespace flopprof::to_accuracy
