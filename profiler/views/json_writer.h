#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

#include "profiler/record/flops.h"
#include "profiler/views/fields.h"

namespace flopprof::views {

/// Writes JSON as it comes, so that a million steps need no memory and integers of any size keep
/// their last digit. Strings are valid UTF-8 whatever was given.
class JsonWriter {
 public:
  explicit JsonWriter(std::ostream& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view key);

  JsonWriter& null();
  JsonWriter& integer(std::int64_t value);
  JsonWriter& flops(Flops value);
  JsonWriter& real(double value);
  JsonWriter& text(std::string_view value);
  JsonWriter& value(const Value& value);
  /// An object of the row's keys.
  JsonWriter& row(const Fields& row);

 private:
  struct Level {
    bool empty = true;
  };
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void new_line();
  void write_string(std::string_view value);

  std::ostream& out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace flopprof::views
