#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "profiler/record/step_order.h"
#include "profiler/store/database.h"
#include "profiler/store/string_ids.h"

namespace flopprof::store {

/// How steps are told apart, to be written: the newest of each signature.
class SplitRows {
 public:
  void keep(std::vector<ExecutedSplit>&& news);
  /// In place of what was written of the same signatures. Throws DatabaseError.
  void write(Database& run, std::int64_t process, StringIds& strings) const;

 private:
  std::map<std::int64_t, ExecutedSplit> splits_;
};

}  // namespace flopprof::store
