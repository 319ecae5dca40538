#include "tests/simgpu/faults.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {
namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

std::vector<std::string> entries(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    found.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

/// The number behind "name=", 0 where the entry is another's.
int number_of(std::string_view entry, std::string_view name) {
  if (!entry.starts_with(name) || entry.size() <= name.size() || entry[name.size()] != '=')
    return 0;
  return std::atoi(entry.data() + name.size() + 1);
}

std::atomic<int> calls{0};

__attribute__((destructor)) void tell_calls() {
  const std::string path = variable("SIMGPU_CALLS");
  if (path.empty()) return;
  if (std::FILE* file = std::fopen(path.c_str(), "w")) {
    std::fprintf(file, "%d\n", calls.load());
    std::fclose(file);
  }
}

}  // namespace

std::optional<CUptiResult> refused(const char* function) {
  static const std::vector<std::string> faults = entries(variable("SIMGPU_FAULT"));
  const std::string turn = std::string("#").append(std::to_string(++calls));
  for (const std::string& fault : faults) {
    const int code = number_of(fault, function) + number_of(fault, turn);
    if (code != 0) return static_cast<CUptiResult>(code);
  }
  return std::nullopt;
}

RecordFaults record_faults() {
  RecordFaults faults;
  for (const std::string& entry : entries(variable("SIMGPU_RECORDS"))) {
    if (const int each = number_of(entry, "drop")) faults.drop_each = static_cast<unsigned>(each);
    if (const int each = number_of(entry, "zero")) faults.zero_each = static_cast<unsigned>(each);
    if (entry == "reverse") faults.reverse = true;
  }
  return faults;
}

}  // namespace simgpu
