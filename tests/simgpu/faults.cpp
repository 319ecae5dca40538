#include "tests/simgpu/faults.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simgpu/environment.h"
#include "tests/simgpu/tape.h"

namespace simgpu {
namespace {

/// The number behind "name=", 0 where the entry is another's.
int number_of(std::string_view entry, std::string_view name) {
  if (!entry.starts_with(name) || entry.size() <= name.size() || entry[name.size()] != '=')
    return 0;
  return std::atoi(entry.data() + name.size() + 1);
}

std::atomic<int> calls{0};
std::atomic<int> range_calls{0};

void tell_first_call(const char* function) {
  const std::string path = text_in("SIMGPU_CALLED");
  if (!path.empty()) std::ofstream(path, std::ios::app) << function << "\n";
}

/// How often the function has been called, with this call.
int calls_of(const char* function) {
  static auto& mutex = *new std::mutex;
  static auto& of = *new std::map<std::string, int>;
  const std::lock_guard lock(mutex);
  const int number = ++of[function];
  if (number == 1) tell_first_call(function);
  return number;
}

/// Of the processes of a job, the one with most calls stays.
__attribute__((destructor)) void tell_calls() {
  const std::string path = text_in("SIMGPU_CALLS");
  if (path.empty()) return;
  int most = 0;
  std::ifstream before(path);
  if (before >> most && most > calls) return;
  if (std::FILE* file = std::fopen(path.c_str(), "w")) {
    std::fprintf(file, "%d\n", calls.load());
    std::fclose(file);
  }
}

}  // namespace

std::optional<CUptiResult> refused(const char* function) {
  static const auto& faults = *new std::vector<std::string>(parts_of(text_in("SIMGPU_FAULT"), ','));
  const int turn = ++calls;
  if (std::string_view(function).starts_with("cuptiRangeProfiler")) ++range_calls;
  static const bool all_are_wanted = !text_in("SIMGPU_CALLED").empty();
  if (faults.empty() && !all_are_wanted) return std::nullopt;
  const std::string of_all = std::string("#").append(std::to_string(turn));
  const std::string of_its =
      std::string(function).append("#").append(std::to_string(calls_of(function)));
  for (const std::string& fault : faults) {
    const int code =
        number_of(fault, function) + number_of(fault, of_its) + number_of(fault, of_all);
    if (code != 0) return static_cast<CUptiResult>(code);
  }
  return std::nullopt;
}

const RecordFaults& record_faults() {
  static const RecordFaults the_faults = [] {
    RecordFaults faults;
    for (const std::string& entry : parts_of(text_in("SIMGPU_RECORDS"), ',')) {
      const auto each = [&](const char* name, auto& number) {
        if (const int n = number_of(entry, name))
          number = static_cast<std::remove_reference_t<decltype(number)>>(n);
      };
      each("drop", faults.drop_each);
      each("zero", faults.zero_each);
      each("drop_range", faults.drop_range_each);
      each("late", faults.late);
      if (entry == "reverse") faults.reverse = true;
      if (entry == "thread_buffers") faults.thread_buffers = true;
    }
    return faults;
  }();
  return the_faults;
}

std::uint32_t cupti_version() {
  static const auto version =
      static_cast<std::uint32_t>(number_in("SIMGPU_CUPTI_VERSION", CUPTI_API_VERSION));
  return tape() == nullptr ? version : tape()->cupti_version();
}

}  // namespace simgpu

extern "C" int simgpu_range_calls() { return simgpu::range_calls; }
