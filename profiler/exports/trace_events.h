#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profiler/record/flops.h"

namespace flopprof::exports {

/// JSON of any text: valid UTF-8 and ASCII, whatever was given.
std::string json_string(std::string_view text);

/// Key and JSON value.
using Arguments = std::vector<std::pair<std::string_view, std::string>>;

/// Where events are drawn: a row of a group.
struct Track {
  std::int64_t group = 0;  ///< pid of the format
  std::int64_t row = 0;    ///< its tid
};

/// Writes an object of the Trace Event Format (Chrome, Perfetto), one event a line, as they come.
/// Times are nanoseconds since the trace's beginning; the format's microseconds keep their digits.
class TraceEvents {
 public:
  /// `head`: the keys beside traceEvents.
  TraceEvents(std::ostream& out, const Arguments& head);

  void name_group(std::int64_t group, std::string_view name, std::int64_t place);
  void name_row(Track track, std::string_view name, std::int64_t place);
  void slice(Track track, std::string_view category, std::string_view name, std::int64_t at_ns,
             std::int64_t duration_ns, const Arguments& arguments);
  void counter(std::int64_t group, std::string_view name, std::int64_t at_ns, double value);
  void instant(std::string_view name, std::int64_t at_ns, const Arguments& arguments);
  void finish();

 private:
  void write(const Arguments& event);

  std::ostream& out_;
  bool empty_ = true;
};

}  // namespace flopprof::exports
