#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace flopprof::accuracy_logs {

/// A log's lines, ended by LF or CR (progress bars end theirs so). A line beyond `longest` is cut,
/// so that one endless line does not fill the memory.
class LogLines {
 public:
  LogLines(std::istream& log, std::size_t longest);

  /// The next line is in text().
  bool next();
  std::string_view text() const { return line_; }
  std::int64_t number() const { return number_; }
  bool is_cut() const { return cut_; }

 private:
  bool fill();
  void append(std::string_view piece);

  std::istream& log_;
  std::size_t longest_;
  std::string chunk_;
  std::size_t at_ = 0;
  std::string line_;
  std::int64_t number_ = 0;
  bool cut_ = false;
};

}  // namespace flopprof::accuracy_logs
