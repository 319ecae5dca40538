#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "profiler/store/database.h"

namespace flopprof::store {

/// The numbers that texts have in the table StringIds, which makes one for a text that has none.
class StringIds {
 public:
  std::int64_t id_of(Database& run, const std::string& text);
  /// The rows may be gone: a transaction was rolled back, or the file is another one.
  void forget() { known_.clear(); }

 private:
  std::map<std::string, std::int64_t> known_;
};

}  // namespace flopprof::store
