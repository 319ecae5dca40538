#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "integrations/parquet/part_file.h"
#include "integrations/parquet/partition.h"

namespace flopprof::parquet_files {

/// The folder cannot take the run. The message says what would be right.
struct DataSetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A folder of tables, each divided by run and, below, by host and rank. It holds a file that says
/// so, and nothing of anybody else.
class DataSet {
 public:
  /// Makes the folder where there is none. Throws DataSetError when it holds other data, or is
  /// divided otherwise.
  DataSet(std::filesystem::path folder, PartitionBy by);

  const std::filesystem::path& folder() const { return folder_; }
  PartitionBy partition_by() const { return by_; }

 private:
  std::filesystem::path folder_;
  PartitionBy by_;
};

/// One run on its way into a data set. It is seen when commit() has been reached, in place of what
/// was there of it before; until then it stands aside, and goes with this object.
class RunPartition {
 public:
  RunPartition(const DataSet& to, std::string run);
  ~RunPartition();
  RunPartition(const RunPartition&) = delete;
  RunPartition& operator=(const RunPartition&) = delete;

  /// Rows of one partition come one after another.
  void append(const Table& table, const Partition& partition, const Cells& cells);
  /// True when the data set had the run before.
  bool commit();
  std::int64_t replaced_texts() const { return replaced_texts_; }

 private:
  void close_part();
  const DataSet& to_;
  std::string run_;
  std::filesystem::path aside_;
  std::unique_ptr<PartFile> part_;
  std::string_view part_table_;
  Partition part_of_;
  std::int64_t replaced_texts_ = 0;
};

}  // namespace flopprof::parquet_files
