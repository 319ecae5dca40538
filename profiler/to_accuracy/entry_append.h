#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

/// The bytes of a data set file, known to be what a row can be put behind: the header as given, one
/// kind of line end. Throws EntryError.
struct DataSetFile {
  std::filesystem::path path;
  std::string bytes;
  std::string line_end;
};

/// `line_end` empty: whichever the file has. `quoting`: cells in quotes are allowed.
enum class Quoting { kNone, kAllowed };
DataSetFile read_data_set(const std::filesystem::path& path, std::string_view header,
                          std::string_view line_end, Quoting quoting);

/// Puts `row` behind the last one and leaves every other byte as it is: a file without a line end
/// at its end stays without. The new file takes the old one's place in one move. Throws EntryError
/// when the row is there already, or the file has changed since it was read.
void append_row(const DataSetFile& file, std::string_view row);

/// Writes a whole file in one move, as append_row does.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace flopprof::to_accuracy
