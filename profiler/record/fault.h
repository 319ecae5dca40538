#pragma once

#include <cstdint>
#include <string>

namespace flopprof {

/// Something a run could not see. Kept as a row of the table `fault`; every report opens with them.
struct Fault {
  std::string what;           ///< the kind, a few words: "formula overflow"
  std::int64_t count = 1;     ///< how many times
  std::int64_t since_ns = 0;  ///< CLOCK_REALTIME of the first
  std::string detail;         ///< which one: an operator's name, a path, an error text
  std::string remedy;         ///< what the reader can do about it; may be empty
};

}  // namespace flopprof
