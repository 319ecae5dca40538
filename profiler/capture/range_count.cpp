#include "profiler/capture/range_count.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "profiler/capture/counter_refusal.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/range_counting.h"
#include "profiler/counters/counter.h"
#include "profiler/counters/executed.h"

namespace flopprof::capture {
namespace {

constexpr std::string_view kCycles = "sm__cycles_elapsed.max";

CUcontext current_context() {
  // Kept open: the driver stays for as long as the process.
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  const auto get =
      driver == nullptr
          ? nullptr
          : reinterpret_cast<decltype(&cuCtxGetCurrent)>(dlsym(driver, "cuCtxGetCurrent"));
  CUcontext context = nullptr;
  if (get == nullptr || get(&context) != CUDA_SUCCESS || context == nullptr) {
    throw CountersRefused("no CUDA context is current to count in");
  }
  return context;
}

CuptiLibrary opened() {
  auto cupti = open_cupti();
  if (!cupti) {
    throw CountersRefused(
        "no libcupti of the driver's version is found; install the CUDA toolkit's CUPTI, or put "
        "its "
        "folder into LD_LIBRARY_PATH");
  }
  return *cupti;
}

RangeFunctions functions_of(const CuptiLibrary& cupti) {
  auto functions = find_range_functions(cupti.handle);
  if (!functions) {
    throw CountersRefused(
        fmt::format("{} has no range profiler; CUPTI has it from CUDA 12.6 on", cupti.path));
  }
  return *functions;
}

std::map<FlopClass, Flops> flops_in(const counters::ExecutedWork& work,
                                    const std::vector<counters::CounterSet>& sets) {
  std::map<FlopClass, Flops> flops;
  for (const counters::CounterSet& set : sets) {
    for (const std::string& metric : set.metrics) {
      const auto counter = counters::counter_of(metric);
      if (!counter) continue;
      const auto estimate = work.of_class(counter->flop_class);
      if (estimate.missing == 0) flops[counter->flop_class] = estimate.mean;
    }
  }
  return flops;
}

}  // namespace

struct RangeCount::Parts {
  Parts() : cupti(opened()), functions(functions_of(cupti)), counting(cupti, functions) {}

  void check(const std::optional<Refusal>& refusal) const {
    if (!refusal) return;
    throw std::runtime_error(fmt::format(
        "{}: {}; {}", refusal->call, text_of(cupti, refusal->result), remedy_for(refusal->result)));
  }

  void run_counted(const std::function<void()>& run) {
    try {
      run();
    } catch (...) {
      counting.release();  // else the next range would begin within this one
      throw;
    }
  }

  CuptiLibrary cupti;
  RangeFunctions functions;
  RangeCounting counting;
  std::size_t sets = 0;
  std::string chip;
  std::vector<std::string> problems;
};

RangeCount::RangeCount() : parts_(std::make_unique<Parts>()) {
  parts_->counting.context_created(current_context());
  parts_->check(parts_->counting.get_acquainted());
  parts_->counting.prepare(parts_->problems);
  const auto sets = parts_->counting.sets();
  parts_->sets = sets ? sets->size() : 0;
  if (parts_->sets > 0) return;
  throw CountersRefused(parts_->problems.empty() ? "CUPTI does not know this context's device"
                                                 : parts_->problems.front());
}

RangeCount::~RangeCount() {
  if (parts_ != nullptr) parts_->counting.release();
}

const std::vector<std::string>& RangeCount::problems() const { return parts_->problems; }
const std::string& RangeCount::chip() const { return parts_->chip; }

WorkCount RangeCount::count(const std::function<void()>& run) {
  WorkCount total;
  std::optional<counters::ExecutedWork> work;
  const ChipCounters* chip = nullptr;
  for (std::size_t set = 0; set < parts_->sets; ++set) {
    if (auto refusal = parts_->counting.begin(set)) {
      if (is_forbidden(refusal->result)) parts_->check(refusal);
      total.problems.push_back(
          fmt::format("counter set {}: {}", set, text_of(parts_->cupti, refusal->result)));
      continue;
    }
    parts_->run_counted(run);
    std::vector<CountedRange> counted;
    if (auto refusal = parts_->counting.end(counted)) {
      throw std::runtime_error(
          fmt::format("{}: {}", refusal->call, text_of(parts_->cupti, refusal->result)));
    }
    for (const CountedRange& range : counted) {
      chip = range.chip;
      parts_->chip = chip->chip;
      if (!work) work.emplace(chip->sets);
      const std::vector<double> values = parts_->counting.values_of(range);
      const counters::CounterSet& own = chip->sets[range.set];
      if (work->add(own, values) != 0) {
        total.problems.push_back(
            fmt::format("counter set {}: values that are no counts", own.name));
      }
      const auto cycles = std::find(own.metrics.begin(), own.metrics.end(), kCycles);
      if (cycles == own.metrics.end() || total.cycles > 0) continue;
      total.cycles = values[static_cast<std::size_t>(cycles - own.metrics.begin())];
    }
  }
  if (!work) return total;
  total.flops = flops_in(*work, chip->sets);
  total.repeats_disagree = work->of_all().data_dependent;
  return total;
}

}  // namespace flopprof::capture
