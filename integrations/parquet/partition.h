#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flopprof::parquet_files {

/// How far a data set is divided. Thousands of ranks make as many small files with kRank, and what
/// an engine pays for is files.
enum class PartitionBy { kRun, kHost, kRank };

std::string_view name_of(PartitionBy by);

/// What the rows of one file have in common.
struct Partition {
  std::string run;
  std::string host;
  std::optional<std::int64_t> rank;
  bool operator==(const Partition&) const = default;
};

/// The columns that stand in the path instead of in the file.
std::vector<std::string_view> columns_in_path(PartitionBy by);

/// run=…/host=…/rank=…, as Hive names partitions. Throws DataSetError where a name is too long to
/// be a folder's.
std::filesystem::path folder_of(const Partition& partition, PartitionBy by);

}  // namespace flopprof::parquet_files
