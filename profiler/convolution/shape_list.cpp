#include "profiler/convolution/shape_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "kAlexnetShapesCsv.h"
#include "kDeepbenchShapesCsv.h"
#include "kMobilenetShapesCsv.h"
#include "kResnet50ShapesCsv.h"
#include "kSelectionShapesCsv.h"
#include "kVgg16ShapesCsv.h"
#include "profiler/convolution/work.h"
#include "profiler/to_accuracy/csv.h"

namespace flopprof::convolution {
namespace {

using to_accuracy::CsvRecord;
using to_accuracy::CsvTable;

constexpr std::array<std::string_view, 6> kRequired = {"C", "H", "W", "K", "R", "S"};
constexpr std::array<std::string_view, 3> kDerived = {"P", "Q", "flops_fwd_2MAC"};

/// A field of the file, and where it stands.
struct Cell {
  std::size_t line;
  std::size_t column;  ///< counted from 1
  std::string_view title;
  std::string_view text;
};

[[noreturn]] void refuse(const Cell& cell, const std::string& problem) {
  throw ShapeListError(
      fmt::format("line {}, column {} ({}): {}", cell.line, cell.column, cell.title, problem));
}

std::int64_t number_in(const Cell& cell) {
  std::int64_t number = 0;
  const char* const end = cell.text.data() + cell.text.size();
  const auto [stopped, error] = std::from_chars(cell.text.data(), end, number);
  if (error == std::errc::result_out_of_range) {
    refuse(cell, fmt::format("{} does not fit into 64 bits", cell.text));
  }
  if (error != std::errc() || stopped != end) {
    refuse(cell, fmt::format("\"{}\" is not a whole number", cell.text));
  }
  return number;
}

const NamedSize* size_named(std::string_view name) {
  const auto found = std::ranges::find(kSizes, name, &NamedSize::name);
  return found == kSizes.end() ? nullptr : &*found;
}

bool is_known(std::string_view title) {
  return title == "name" || title == "count" || size_named(title) ||
         std::ranges::find(kDerived, title) != kDerived.end();
}

void check_header(const CsvRecord& header) {
  std::set<std::string_view> titles;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const Cell cell{header.line, i + 1, header.fields[i], header.fields[i]};
    if (!is_known(cell.text)) {
      std::vector<std::string_view> known = {"name", "count"};
      for (const NamedSize& named : kSizes) known.push_back(named.name);
      refuse(cell, fmt::format("no such column; a shape file has {} (and {} to be checked)",
                               fmt::join(known, ", "), fmt::join(kDerived, ", ")));
    }
    if (!titles.insert(cell.text).second) refuse(cell, "this column stands here twice");
  }
  for (const std::string_view required : kRequired) {
    if (!titles.contains(required)) {
      throw ShapeListError(fmt::format("line {}: no column {}; a shape file needs {}", header.line,
                                       required, fmt::join(kRequired, ", ")));
    }
  }
}

/// The row's cells under the header's titles.
class Row {
 public:
  Row(const CsvTable& table, const CsvRecord& record) : table_(table), record_(record) {}

  std::optional<Cell> cell(std::string_view title) const {
    const auto& titles = table_.header.fields;
    const auto found = std::ranges::find(titles, title);
    if (found == titles.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(found - titles.begin());
    return Cell{record_.line, at + 1, *found, record_.fields[at]};
  }

 private:
  const CsvTable& table_;
  const CsvRecord& record_;
};

Shape shape_in(const Row& row, std::int64_t images) {
  Shape shape{.images = images};
  for (const NamedSize& named : kSizes) {
    if (const auto cell = row.cell(named.name)) shape.*named.size = number_in(*cell);
  }
  if (const auto problem = problem_of(shape)) {
    // N may come from outside the file; then the first size bears the blame.
    refuse(row.cell(problem->size).value_or(*row.cell("C")), problem->problem);
  }
  return shape;
}

void check_derived(const Row& row, const Shape& shape) {
  const std::array<std::int64_t, 3> values = {shape.output_height(), shape.output_width(),
                                              algorithmic_flops(shape).value()};
  for (std::size_t i = 0; i < kDerived.size(); ++i) {
    const auto cell = row.cell(kDerived[i]);
    if (cell && number_in(*cell) != values[i]) {
      refuse(*cell, fmt::format("{} should be {} for these sizes", cell->text, values[i]));
    }
  }
}

Layer layer_in(const Row& row, std::int64_t images) {
  Layer layer{.shape = shape_in(row, images)};
  check_derived(row, layer.shape);
  if (const auto name = row.cell("name")) layer.name = name->text;
  if (const auto count = row.cell("count")) {
    layer.count = number_in(*count);
    if (layer.count < 1 || layer.count > kLargestSize) {
      refuse(*count, fmt::format("{} is not from 1 to {}", layer.count, kLargestSize));
    }
  }
  return layer;
}

struct Shipped {
  std::string_view name;
  std::string_view title;
  std::string_view source;
  bool is_network;
  std::string_view csv;
};
constexpr std::array<Shipped, 6> kShipped = {{
    {"deepbench", "DeepBench",
     "DeepBench, code/kernels/conv_problems.h at da81ba7: the training problems", false,
     kDeepbenchShapesCsv},
    {"resnet50", "ResNet-50 v1.5", "arXiv 1512.03385, the strides in the 3x3 convolutions", true,
     kResnet50ShapesCsv},
    {"vgg16", "VGG-16", "arXiv 1409.1556, configuration D", true, kVgg16ShapesCsv},
    {"alexnet", "AlexNet, one column", "arXiv 1404.5997", true, kAlexnetShapesCsv},
    {"mobilenet", "MobileNet v1", "arXiv 1704.04861, depthwise and pointwise", true,
     kMobilenetShapesCsv},
    {"selection", "a selection of 24", "one of each kind in the other lists, dilated and grouped",
     false, kSelectionShapesCsv},
}};

}  // namespace

std::vector<Layer> layers_of(std::string_view csv, std::int64_t images) {
  CsvTable table;
  try {
    table = to_accuracy::csv_table(csv);
  } catch (const to_accuracy::CsvError& error) {
    throw ShapeListError(error.what());
  }
  check_header(table.header);
  std::vector<Layer> layers;
  for (const CsvRecord& record : table.rows) {
    layers.push_back(layer_in(Row(table, record), images));
  }
  if (layers.empty()) throw ShapeListError("no shape below the header");
  return layers;
}

std::vector<std::string> shipped_shape_lists() {
  std::vector<std::string> names;
  for (const Shipped& shipped : kShipped) names.emplace_back(shipped.name);
  return names;
}

ShapeList shipped_shapes(std::string_view name, std::int64_t images) {
  const auto found = std::ranges::find(kShipped, name, &Shipped::name);
  if (found == kShipped.end()) {
    throw std::out_of_range(fmt::format("no shapes are shipped as \"{}\"", name));
  }
  return {.name = std::string(found->title),
          .source = std::string(found->source),
          .is_network = found->is_network,
          .layers = layers_of(found->csv, images)};
}

}  // namespace flopprof::convolution
