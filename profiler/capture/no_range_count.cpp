#include "profiler/capture/range_count.h"

namespace flopprof::capture {

struct RangeCount::Parts {};

RangeCount::RangeCount() {
  throw CountersRefused("this flopprof was built without CUPTI, and counts nothing");
}

RangeCount::~RangeCount() = default;
WorkCount RangeCount::count(const std::function<void()>&) { return {}; }
MovedBytes RangeCount::count_bytes(const std::function<void()>&) { return {}; }

// Never called: there is no object.
const std::vector<std::string>& RangeCount::problems() const {
  static const std::vector<std::string> none;
  return none;
}
const std::string& RangeCount::chip() const {
  static const std::string none;
  return none;
}

}  // namespace flopprof::capture
