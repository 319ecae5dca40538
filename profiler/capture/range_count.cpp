#include "profiler/capture/range_count.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <stdexcept>

#include "profiler/capture/counter_refusal.h"
#include "profiler/capture/counter_scheduler.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/range_profiler.h"
#include "profiler/counters/counter.h"
#include "profiler/counters/executed.h"

namespace flopprof::capture {
namespace {

/// Read and written, of all of the device's memory. Which names a chip has, depends on its age.
const std::vector<std::vector<std::string>> kMovedBytes = {
    {"dram__bytes_read.sum", "dram__bytes_write.sum"},
    {"dram__bytes_op_read.sum", "dram__bytes_op_write.sum"}};

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

using Bytes = std::vector<std::uint8_t>;

/// A set of counters, as the range profiler takes it.
struct Configured {
  counters::CounterSet set;
  std::vector<const char*> metrics;  // views into those of all_sets
  Bytes config;
};

}  // namespace

struct RangeCount::Parts {
  Parts()
      : cupti(opened()),
        functions(functions_of(cupti)),
        scheduler(cupti.path),
        profiler(functions, current_context()) {}

  void check(const char* call, CUptiResult result) const {
    if (result == CUPTI_SUCCESS) return;
    throw CountersRefused(
        fmt::format("{}: {}; {}", call, text_of(cupti, result), remedy_for(result)));
  }

  void check(const std::optional<Refusal>& refusal) const {
    if (refusal) check(refusal->call.c_str(), refusal->result);
  }

  void configure() {
    check(initialize_profiler(functions));
    std::uint32_t device = 0;
    check("cuptiGetDeviceId", functions.get_device(profiler.context(), &device));
    check(ask_chip(functions, device, chip));
    all_sets = counters::counter_sets_of(chip);
    if (all_sets.empty()) {
      throw CountersRefused(fmt::format("no counter sets are known for the chip {}", chip));
    }
    const Bytes available = availability();
    for (const counters::CounterSet& set : all_sets) {
      Configured configured{.set = set};
      for (const std::string& metric : set.metrics) configured.metrics.push_back(metric.c_str());
      try {
        configured.config = scheduler.config_image(chip, set.metrics, available);
        sets.push_back(std::move(configured));
      } catch (const std::runtime_error& error) {
        problems.push_back(fmt::format("counter set {}: {}", set.name, error.what()));
      }
    }
  }

  Bytes availability() const {
    Bytes available;
    check(ask_availability(functions, profiler.context(), available));
    return available;
  }

  void configure_bytes() {
    for (const std::vector<std::string>& metrics : kMovedBytes) {
      if (!fits_in_one_pass(metrics)) continue;
      bytes = {.set = {.name = "bytes", .metrics = metrics},
               .config = scheduler.config_image(chip, metrics, availability())};
      for (const std::string& metric : metrics) bytes.metrics.push_back(metric.c_str());
      return;
    }
    throw std::runtime_error(
        fmt::format("no counters are known of the bytes that a {} moves to and from memory", chip));
  }

  bool fits_in_one_pass(const std::vector<std::string>& metrics) const {
    try {
      return scheduler.passes(chip, metrics) == 1;
    } catch (const std::runtime_error&) {  // the chip has not got them
      return false;
    }
  }

  /// One value a metric; nothing where this set is refused, and others may not be.
  std::optional<std::vector<double>> values_of(const Configured& configured,
                                               const std::function<void()>& run,
                                               std::vector<std::string>& refused) {
    if (const auto refusal = profiler.begin(configured.config, configured.metrics)) {
      if (is_forbidden(refusal->result)) check(refusal->call.c_str(), refusal->result);
      refused.push_back(fmt::format("counter set {}: {}: {}", configured.set.name, refusal->call,
                                    text_of(cupti, refusal->result)));
      return std::nullopt;
    }
    try {
      run();
    } catch (...) {
      profiler.release();  // else the next range would begin within this one
      throw;
    }
    Bytes counted;
    if (const auto refusal = profiler.end(counted)) {
      throw std::runtime_error(
          fmt::format("{}: {}", refusal->call, text_of(cupti, refusal->result)));
    }
    return scheduler.values(chip, configured.set.metrics, counted);
  }

  CuptiLibrary cupti;
  RangeFunctions functions;
  CounterScheduler scheduler;
  RangeProfiler profiler;
  std::string chip;
  std::vector<counters::CounterSet> all_sets;
  std::vector<Configured> sets;
  Configured bytes;  ///< made ready when they are first asked for
  std::vector<std::string> problems;
};

RangeCount::RangeCount() : parts_(std::make_unique<Parts>()) { parts_->configure(); }

RangeCount::~RangeCount() {
  if (parts_ != nullptr) parts_->profiler.release();
}

const std::vector<std::string>& RangeCount::problems() const { return parts_->problems; }
const std::string& RangeCount::chip() const { return parts_->chip; }

WorkCount RangeCount::count(const std::function<void()>& run) {
  WorkCount total;
  counters::ExecutedWork work(parts_->all_sets);
  for (const Configured& configured : parts_->sets) {
    const auto values = parts_->values_of(configured, run, total.problems);
    if (!values) continue;
    const counters::CounterSet& set = configured.set;
    if (work.add(set, *values) != 0) {
      total.problems.push_back(fmt::format("counter set {}: values that are no counts", set.name));
    }
  }
  total.flops = flops_in(work, parts_->all_sets);
  total.repeats_disagree = work.of_all().data_dependent;
  return total;
}

MovedBytes RangeCount::count_bytes(const std::function<void()>& run) {
  Configured& bytes = parts_->bytes;
  if (bytes.config.empty()) parts_->configure_bytes();
  std::vector<std::string> refused;
  const auto values = parts_->values_of(bytes, run, refused);
  if (!values) throw std::runtime_error(fmt::format("{}", fmt::join(refused, "; ")));
  for (const double value : *values) {
    if (!std::isfinite(value) || value < 0) {
      throw std::runtime_error("the counters of memory's bytes gave values that are no counts");
    }
  }
  return {.read = std::llround(values->at(0)), .written = std::llround(values->at(1))};
}

}  // namespace flopprof::capture
