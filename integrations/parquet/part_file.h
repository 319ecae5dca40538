#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "integrations/parquet/column.h"

namespace flopprof::parquet_files {

/// What Arrow could not do, naming the file.
struct ArrowError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One Parquet file, written in row groups as rows come, so that a million steps need no memory.
class PartFile {
 public:
  /// Columns named in `left_out` stand in the path of the file. Throws ArrowError.
  PartFile(const std::filesystem::path& path, const Table& table,
           const std::vector<std::string_view>& left_out);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// `cells` in the order of the table's columns. Throws ArrowError.
  void append(const Cells& cells);
  void close();

  /// Texts in which bytes that are no UTF-8 stand as U+FFFD.
  std::int64_t replaced_texts() const { return replaced_texts_; }

 private:
  struct Writer;
  void append(std::size_t column, const Cell& cell);
  std::unique_ptr<Writer> writer_;
  std::int64_t replaced_texts_ = 0;
};

}  // namespace flopprof::parquet_files
