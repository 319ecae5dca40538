#include "profiler/store/string_ids.h"

namespace flopprof::store {

std::int64_t StringIds::id_of(Database& run, const std::string& text) {
  const auto known = known_.find(text);
  if (known != known_.end()) return known->second;
  run.prepare("INSERT OR IGNORE INTO StringIds (value) VALUES (?)").bind(0, text).run();
  Statement find = run.prepare("SELECT id FROM StringIds WHERE value = ?");
  find.bind(0, text).step();
  return known_[text] = find.integer(0);
}

}  // namespace flopprof::store
