#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profiler/doctor/machine.h"

namespace flopprof::doctor {

enum class State { kOk, kNo, kUnknown };

/// "ok", "no" or "unknown".
std::string_view name_of(State state);

struct Finding {
  std::string check;  ///< "counter permission"
  State state = State::kUnknown;
  std::string found;
  std::string remedy;  ///< empty where there is nothing to do
};

/// What works and what to do about what does not, in the order in which to mend it.
std::vector<Finding> findings_of(const Machine& machine);

/// One line a finding, and one for its remedy.
std::string text_of(const std::vector<Finding>& findings);
std::string json_of(const std::vector<Finding>& findings);

}  // namespace flopprof::doctor
