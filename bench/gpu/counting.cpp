#include "bench/gpu/counting.h"

#include <fmt/format.h>

#include <chrono>

#include "bench/gpu/answer.h"
#include "bench/gpu/device_work.h"

namespace flopprof::gpu {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

capture::CuptiLibrary opened() {
  check(cudaFree(nullptr), "cudaFree");  // the driver and its context are there from here on
  auto cupti = capture::open_cupti();
  if (!cupti) throw Refused("no libcupti.so was found; put its folder into LD_LIBRARY_PATH");
  cupti->get_version(&cupti->version);
  return *cupti;
}

capture::RangeFunctions found(const capture::CuptiLibrary& cupti) {
  const auto functions = capture::find_range_functions(cupti.handle);
  if (!functions) throw Refused(cupti.path + " has no range profiler; CUDA 12.6 and later have");
  return *functions;
}

}  // namespace

Counting::Counting()
    : cupti_(opened()),
      functions_(capture::timed(found(cupti_), times_)),
      ranges_(std::make_unique<capture::RangeCounting>(cupti_, functions_, nullptr)) {
  ranges_->context_created(current_context());
  if (const auto refusal = ranges_->get_acquainted()) throw Refused(text_of(*refusal));
  ranges_->prepare(problems_);
  CUpti_Device_GetChipName_Params chip{.structSize = CUpti_Device_GetChipName_Params_STRUCT_SIZE};
  if (functions_.get_chip_name(&chip) == CUPTI_SUCCESS) chip_ = chip.pChipName;
  sets_ = counters::counter_sets_of(chip_);
  if (!ranges_->sets() || sets_.empty())
    throw Refused(
        fmt::format("no counter sets for the chip {}: {}", chip_, fmt::join(problems_, "; ")));
}

std::string Counting::text_of(const capture::Refusal& refusal) const {
  return refusal.call + ": " + capture::text_of(cupti_, refusal.result);
}

std::size_t Counting::set_named(const std::string& name) const {
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    if (sets_[i].name == name) return i;
  }
  throw Refused(fmt::format("{} has no counter set {}", chip_, name));
}

capture::CountedRange Counting::count(std::size_t set, const std::function<void()>& work,
                                      Boundaries boundaries) {
  if (boundaries == Boundaries::kIdle) wait_for_device();
  if (const auto refusal = ranges_->begin(set)) throw Refused(text_of(*refusal));
  try {
    work();
    if (boundaries == Boundaries::kIdle) wait_for_device();
  } catch (...) {
    ranges_->release();
    throw;
  }
  std::vector<capture::CountedRange> counted;
  if (const auto refusal = ranges_->end(counted)) throw Refused(text_of(*refusal));
  if (counted.size() != 1) throw Refused("the range profiler counted no range");
  return std::move(counted.front());
}

std::vector<std::vector<double>> Counting::values_of(
    const std::vector<capture::CountedRange>& ranges) {
  std::vector<std::vector<double>> values;
  for (capture::CounterAnswer& answer : ranges_->values_of(ranges, kPatience)) {
    if (!answer.error.empty()) throw Refused(answer.error);
    values.push_back(std::move(answer.values));
  }
  return values;
}

Executed Counting::count_all(const std::function<void()>& work) {
  Executed executed;
  executed.refused = nlohmann::json::object();
  std::vector<capture::CountedRange> ranges;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    try {
      ranges.push_back(count(set, work));
    } catch (const Refused& refused) {
      executed.refused[sets_[set].name] = refused.what();
    }
  }
  if (ranges.empty()) throw Refused("no set counts: " + executed.refused.dump());
  counters::ExecutedWork sum(sets_);
  const auto values = values_of(ranges);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const counters::CounterSet& set = sets_[ranges[i].set];
    sum.add(set, values[i]);
    executed.values[set.name] = named(set, values[i]);
  }
  for (std::size_t i = 0; i < kFlopClassNames.size(); ++i) {
    const auto estimate = sum.of_class(static_cast<FlopClass>(i));
    const auto flops = static_cast<std::int64_t>(estimate.mean.count);
    executed.missing += estimate.missing;
    if (flops != 0) executed.by_class[std::string(kFlopClassNames[i])] = flops;
    executed.flops += flops;
  }
  return executed;
}

nlohmann::json named(const counters::CounterSet& set, const std::vector<double>& values) {
  nlohmann::json by_metric = nlohmann::json::object();
  for (std::size_t i = 0; i < set.metrics.size() && i < values.size(); ++i) {
    by_metric[set.metrics[i]] = values[i];
  }
  return by_metric;
}

}  // namespace flopprof::gpu
