#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace flopprof::to_accuracy {

/// One record of a CSV file, its fields unquoted, and where it stands in the file.
struct CsvRecord {
  std::vector<std::string> fields;
  std::size_t line = 0;       ///< of its first byte, counted from 1
  std::size_t begins_at = 0;  ///< byte offset of its first byte
  std::size_t ends_at = 0;    ///< byte offset after its last byte, the line end not included
};

/// A CSV file with a header: every row has as many fields as the header.
struct CsvTable {
  CsvRecord header;
  std::vector<CsvRecord> rows;
  std::string line_end;            ///< of the header: "\r\n", "\n", "\r", or empty
  bool ends_with_line_end = true;  ///< false: a row appended as it is would run into the last one
};

/// The file is no CSV. The message names the line, what stands there and what should.
struct CsvError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads RFC 4180: quoted fields hold commas, line ends and doubled quotes. Takes the line ends
/// CRLF, LF and CR, a byte order mark, and blank lines, which it leaves out. What RFC 4180 leaves
/// open it refuses with CsvError: a quote inside an unquoted field, text after a closing quote, a
/// quote that never closes, bytes that are not UTF-8, and rows that are shorter or longer than the
/// header.
CsvTable csv_table(std::string_view text);

}  // namespace flopprof::to_accuracy
