#include "tests/simgpu/call_faults.h"

#include <cstdlib>
#include <fstream>

#include "tests/simgpu/environment.h"

namespace simgpu {

int number_of(std::string_view entry, std::string_view name) {
  if (!entry.starts_with(name) || entry.size() <= name.size() || entry[name.size()] != '=')
    return 0;
  return std::atoi(entry.data() + name.size() + 1);
}

CallFaults::CallFaults()
    : faults_(parts_of(text_in("SIMGPU_FAULT"), ',')), called_path_(text_in("SIMGPU_CALLED")) {}

/// How often the function has been called, with this call.
int CallFaults::calls_of(const char* function) {
  const std::lock_guard lock(mutex_);
  const int number = ++of_[function];
  if (number == 1 && !called_path_.empty())
    std::ofstream(called_path_, std::ios::app) << function << "\n";
  return number;
}

std::optional<int> CallFaults::refused(const char* function) {
  const int turn = ++calls_;
  if (faults_.empty() && called_path_.empty()) return std::nullopt;
  const std::string of_all = std::string("#").append(std::to_string(turn));
  const std::string of_its =
      std::string(function).append("#").append(std::to_string(calls_of(function)));
  for (const std::string& fault : faults_) {
    const int code =
        number_of(fault, function) + number_of(fault, of_its) + number_of(fault, of_all);
    if (code != 0) return code;
  }
  return std::nullopt;
}

}  // namespace simgpu
