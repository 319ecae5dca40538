#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiler/record/flops.h"

namespace flopprof::parquet_files {

/// How a column is kept. `kTime` is given as nanoseconds since 1970 and kept in microseconds, UTC,
/// which is what every engine reads; `kPeak` is a real number of FLOPs, kept in decimals so that
/// sums do not depend on their order.
enum class Kind { kText, kInteger, kFlops, kPeak, kReal, kTruth, kTime };

/// One column of a table, as SCHEMA.md lists it.
struct Column {
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view meaning;  ///< with its unit
};

struct Table {
  std::string_view name;
  std::string_view rows;  ///< what one row is
  std::span<const Column> columns;
};

/// Nothing, or a value of its column's kind.
using Cell = std::variant<std::monostate, std::int64_t, double, Flops, std::string, bool>;
using Cells = std::vector<Cell>;

}  // namespace flopprof::parquet_files
