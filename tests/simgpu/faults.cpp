#include "tests/simgpu/faults.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/simgpu/call_faults.h"
#include "tests/simgpu/environment.h"
#include "tests/simgpu/tape.h"

namespace simgpu {
namespace {

std::atomic<int> range_calls{0};

/// Never destroyed: the job's exit handlers still call.
CallFaults& calls() {
  static auto& the_calls = *new CallFaults;
  return the_calls;
}

/// Of the processes of a job, the one with most calls stays.
__attribute__((destructor)) void tell_calls() {
  const std::string path = text_in("SIMGPU_CALLS");
  if (path.empty()) return;
  int most = 0;
  std::ifstream before(path);
  if (before >> most && most > calls().calls()) return;
  if (std::FILE* file = std::fopen(path.c_str(), "w")) {
    std::fprintf(file, "%d\n", calls().calls());
    std::fclose(file);
  }
}

}  // namespace

std::optional<CUptiResult> refused(const char* function) {
  if (std::string_view(function).starts_with("cuptiRangeProfiler")) ++range_calls;
  const auto code = calls().refused(function);
  return code ? std::optional(static_cast<CUptiResult>(*code)) : std::nullopt;
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
      if (entry == "split_graphs") faults.split_graphs = true;
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
