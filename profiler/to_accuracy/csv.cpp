#include "profiler/to_accuracy/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "profiler/to_accuracy/utf8.h"

namespace flopprof::to_accuracy {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  bool at_end() const { return at_ == text_.size(); }

  CsvRecord record() {
    CsvRecord record{.fields = {}, .line = line_, .begins_at = at_, .ends_at = at_};
    record.fields.push_back(field());
    while (!at_end() && text_[at_] == ',') {
      ++at_;
      record.fields.push_back(field());
    }
    record.ends_at = at_;
    return record;
  }

  /// Steps over the line end that follows a record, and says what it was.
  std::string_view line_end() {
    const std::string_view rest = text_.substr(at_);
    const std::size_t length = rest.empty() ? 0 : rest.starts_with("\r\n") ? 2 : 1;
    at_ += length;
    if (length > 0) ++line_;
    return rest.substr(0, length);
  }

 private:
  std::string field() {
    if (!at_end() && text_[at_] == '"') return quoted_field();
    const std::size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    if (end < text_.size() && text_[end] == '"') {
      throw CsvError(fmt::format(
          "line {}: a quote inside the unquoted field \"{}\"; put the whole field in quotes and "
          "double those inside it",
          line_, text_.substr(at_, end - at_)));
    }
    const std::string_view field = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(field);
  }

  std::string quoted_field() {
    const std::size_t opened_on = line_;
    std::string field;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        if (!text_.substr(at_ + 1).starts_with('"')) {
          ++at_;
          check_field_ends_here();
          return field;
        }
        ++at_;
      }
      const bool carriage_return_of_crlf = text_.substr(at_).starts_with("\r\n");
      if (text_[at_] == '\n' || (text_[at_] == '\r' && !carriage_return_of_crlf)) ++line_;
      field += text_[at_];
    }
    throw CsvError(fmt::format("line {}: a quote opens here and never closes", opened_on));
  }

  void check_field_ends_here() const {
    if (at_end() || std::string_view(",\r\n").find(text_[at_]) != std::string_view::npos) return;
    throw CsvError(fmt::format(
        "line {}: text after a closing quote; a comma or a line end should follow it, and a quote "
        "inside a field is written twice",
        line_));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

void check_is_utf8(std::string_view text) {
  const std::string_view valid = text.substr(0, utf8_prefix(text));
  if (valid.size() == text.size()) return;
  throw CsvError(fmt::format("line {}: bytes that are not UTF-8; save the file as UTF-8",
                             1 + std::ranges::count(valid, '\n')));
}

bool blank(const CsvRecord& record) { return record.begins_at == record.ends_at; }

}  // namespace

CsvTable csv_table(std::string_view text) {
  check_is_utf8(text);
  CsvTable table;
  Reader reader(text);
  while (!reader.at_end()) {
    CsvRecord record = reader.record();
    const std::string_view line_end = reader.line_end();
    table.ends_with_line_end = !line_end.empty();
    if (blank(record)) continue;
    if (table.header.fields.empty()) {
      table.header = std::move(record);
      table.line_end = line_end;
    } else if (record.fields.size() == table.header.fields.size()) {
      table.rows.push_back(std::move(record));
    } else {
      throw CsvError(fmt::format("line {}: {} fields where the header has {}", record.line,
                                 record.fields.size(), table.header.fields.size()));
    }
  }
  return table;
}

}  // namespace flopprof::to_accuracy
