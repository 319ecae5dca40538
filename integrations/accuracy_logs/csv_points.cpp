#include "integrations/accuracy_logs/csv_points.h"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <memory>
#include <optional>

#include "integrations/accuracy_logs/metric_name.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kChunkBytes = 1 << 16;
constexpr std::size_t kMostColumns = 100000;

enum Slot : signed char {
  kNone = -1,
  kMetric,
  kEpoch,
  kStep,
  kImages,
  kHours,
  kLearningRate,
  kSlots
};

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool is_learning_rate(std::string_view name) {
  return same_word(name, "lr") || same_word(name, "learning_rate") || name.starts_with("lr-") ||
         name.ends_with("/lr") || name.ends_with("/learning_rate");
}

bool stands_for_nothing(std::string_view cell) {
  return cell.empty() || same_word(cell, "none") || same_word(cell, "null") ||
         same_word(cell, "na");
}

std::optional<double> number(std::string_view cell) {
  if (!cell.empty() && cell.front() == '+') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  if (error != std::errc() || end != cell.data() + cell.size()) return {};
  return value;
}

/// What libcsv calls while it parses. It is C: what goes wrong is kept and thrown after it
/// returned.
class Table {
 public:
  Table(const LogRequest& request, const CsvLayout& layout, const PointSink& sink)
      : request_(request),
        layout_(layout),
        sink_(sink),
        metric_(layout.metric_name.empty() ? request.metric : std::string(layout.metric_name)) {}

  static void on_cell(void* text, std::size_t size, void* self) {
    static_cast<Table*>(self)->guarded(
        [&](Table& table) { table.cell({static_cast<const char*>(text), size}); });
  }
  static void on_row(int, void* self) {
    static_cast<Table*>(self)->guarded([](Table& table) { table.row(); });
  }
  void rethrow() const {
    if (!error_.empty()) throw LogError(error_);
  }
  const std::string& metric() const { return metric_.found(); }
  std::int64_t short_rows() const { return short_rows_; }

 private:
  template <typename Action>
  void guarded(Action action) {
    if (!error_.empty()) return;
    try {
      action(*this);
    } catch (const std::exception& error) {
      error_ = error.what();
    }
  }

  void cell(std::string_view text) {
    const std::size_t column = column_++;
    if (in_header_) {
      if (column >= kMostColumns)
        throw LogError(fmt::format("has more than {} columns", kMostColumns));
      if (column == 0 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
      header_.emplace_back(text);
    } else if (column < slots_.size() && slots_[column] != kNone) {
      take(slots_[column], text);
    }
  }

  void take(Slot slot, std::string_view text) {
    if (stands_for_nothing(text)) return;
    const auto value = number(text);
    if (value) {
      values_[static_cast<std::size_t>(slot)] = value;
    } else if (slot == kMetric &&
               text != metric()) {  // a header repeated by a resumed run is no value
      throw LogError(
          fmt::format("line {}: {} is '{}', not a number", line_, metric(), text.substr(0, 40)));
    }
  }

  void row() {
    if (in_header_) {
      place_columns();
      in_header_ = false;
    } else {
      if (column_ < header_.size()) ++short_rows_;
      emit();
    }
    ++line_;
    column_ = 0;
  }

  void emit() {
    if (values_[kLearningRate]) learning_rate_ = values_[kLearningRate];
    if (values_[kMetric]) {
      sink_({.value = *values_[kMetric],
             .epoch = values_[kEpoch],
             .step = values_[kStep],
             .images = values_[kImages],
             .hours = values_[kHours],
             .learning_rate = learning_rate_,
             .line = line_});
    }
    values_.fill({});
  }

  void place_columns() {
    slots_.assign(header_.size(), kNone);
    place(kEpoch, request_.epoch_column, layout_.epoch_names);
    place(kStep, request_.step_column, layout_.step_names);
    place(kImages, {}, layout_.image_names);
    place(kHours, {}, {"hours"});
    // The exact name goes before names that only mean the same, wherever it stands.
    if (std::find(header_.begin(), header_.end(), metric_.wanted()) != header_.end())
      metric_.is(metric_.wanted());
    for (std::size_t column = 0; column < header_.size(); ++column) {
      if (slots_[column] != kNone) continue;
      if (is_learning_rate(header_[column])) slots_[column] = kLearningRate;
      if (metric_.is(header_[column])) slots_[column] = kMetric;
    }
    metric_.found();
  }

  void place(Slot slot, const std::string& asked, const std::vector<std::string_view>& usual) {
    for (const std::string_view name :
         asked.empty() ? usual : std::vector<std::string_view>{asked}) {
      const auto at = std::find_if(header_.begin(), header_.end(), [&](const std::string& column) {
        return same_word(column, name);
      });
      if (at == header_.end()) continue;
      slots_[static_cast<std::size_t>(at - header_.begin())] = slot;
      return;
    }
    if (!asked.empty()) throw LogError(fmt::format("has no column {}", asked));
  }

  const LogRequest& request_;
  const CsvLayout& layout_;
  const PointSink& sink_;
  MetricChoice metric_;
  std::vector<std::string> header_;
  std::vector<Slot> slots_;
  std::array<std::optional<double>, kSlots> values_;
  std::optional<double> learning_rate_;
  std::string error_;
  std::size_t column_ = 0;
  std::int64_t line_ = 1;
  std::int64_t short_rows_ = 0;
  bool in_header_ = true;
};

struct FreeParser {
  void operator()(csv_parser* parser) const {
    csv_free(parser);
    delete parser;
  }
};

}  // namespace

void read_csv_points(std::istream& log, const LogRequest& request, const CsvLayout& layout,
                     const PointSink& sink, to_accuracy::LogTraits& traits) {
  std::unique_ptr<csv_parser, FreeParser> parser(new csv_parser);
  if (csv_init(parser.get(), 0) != 0) throw LogError("cannot be parsed: out of memory");
  csv_set_delim(parser.get(), static_cast<unsigned char>(layout.delimiter));
  Table table(request, layout, sink);
  std::array<char, kChunkBytes> chunk;
  while (log.read(chunk.data(), chunk.size()), log.gcount() > 0) {
    const auto size = static_cast<std::size_t>(log.gcount());
    if (csv_parse(parser.get(), chunk.data(), size, Table::on_cell, Table::on_row, &table) !=
        size) {
      throw LogError(csv_strerror(csv_error(parser.get())));
    }
    table.rethrow();
  }
  csv_fini(parser.get(), Table::on_cell, Table::on_row, &table);
  table.rethrow();
  traits.metric = table.metric();
  if (table.short_rows() > 0) {
    traits.notes.push_back(
        fmt::format("{} rows have fewer cells than the header", table.short_rows()));
  }
}

std::vector<std::string_view> header_of(std::string_view head, char delimiter) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  std::string_view line = head.substr(0, head.find_first_of("\r\n"));
  std::vector<std::string_view> cells;
  while (cells.size() < kMostColumns) {
    const std::size_t end = line.find(delimiter);
    std::string_view cell = line.substr(0, end);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
      cell = cell.substr(1, cell.size() - 2);
    cells.push_back(cell);
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return cells;
}

bool has_column(const std::vector<std::string_view>& header, std::string_view name) {
  return std::any_of(header.begin(), header.end(),
                     [&](std::string_view cell) { return same_word(cell, name); });
}

}  // namespace flopprof::accuracy_logs
