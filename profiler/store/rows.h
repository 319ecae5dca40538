#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profiler/record/flops.h"
#include "profiler/store/database.h"

namespace flopprof::store {

/// The columns of one query by name, so that a view may gain columns.
class Row {
 public:
  explicit Row(Statement& statement) : statement_(statement) {}

  std::int64_t integer(std::string_view name) const { return statement_.integer(column(name)); }
  std::string text(std::string_view name) const {
    return std::string(statement_.text(column(name)));
  }
  double real(std::string_view name) const { return statement_.real(column(name)); }
  /// Columns came with later schemas.
  bool has(std::string_view name) const { return find(name) >= 0; }
  bool is_null(std::string_view name) const { return statement_.is_null(column(name)); }

  std::optional<std::int64_t> maybe_integer(std::string_view name) const {
    if (is_null(name)) return std::nullopt;
    return integer(name);
  }

  Flops flops(std::string_view name) const {
    const std::string_view digits = statement_.text(column(name));
    const std::optional<Flops> flops = flops_from(digits);
    if (!flops) {
      throw DatabaseError("run.db is damaged: " + std::string(name) + " is '" +
                              std::string(digits) + "', no whole number of FLOPs",
                          1);
    }
    return *flops;
  }

 private:
  int find(std::string_view name) const {
    for (int column = 0; column < statement_.columns(); ++column) {
      if (statement_.column_name(column) == name) return column;
    }
    return -1;
  }
  int column(std::string_view name) const {
    const int found = find(name);
    if (found >= 0) return found;
    throw DatabaseError("run.db has no column " + std::string(name), 1);
  }
  Statement& statement_;
};

/// What `read` makes of each row.
template <typename Read>
auto rows_of(const Database& run, std::string_view query, Read read) {
  std::vector<decltype(read(std::declval<const Row&>()))> rows;
  Statement statement = run.prepare(query);
  const Row row(statement);
  while (statement.step()) rows.push_back(read(row));
  return rows;
}

}  // namespace flopprof::store
