#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "integrations/parquet/column.h"

namespace flopprof::parquet_files {

/// Raised when columns go, or mean something else. More may be added.
inline constexpr std::int64_t kDataSetVersion = 1;

/// What a table of processes is read with: its columns by name, of run.db's views and of
/// process_totals.sql. Rows of a host, and in it of a rank, come one after another. A column that
/// the query does not have is empty.
struct ProcessTable {
  Table table;
  std::string_view query;
  std::string_view query_without_gpu;  ///< of runs from before schema 3
};

/// One row a run, from the head of its report.
const Table& runs_table();
/// One row a run, where `--accuracy` was given.
const Table& accuracy_table();
std::span<const ProcessTable> process_tables();

/// `runs` first.
std::vector<const Table*> all_tables();

/// Its rows are of one process each, not of the whole run.
bool is_by_process(const Table& table);

}  // namespace flopprof::parquet_files
