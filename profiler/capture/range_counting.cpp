#include "profiler/capture/range_counting.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace flopprof::capture {
namespace {

bool patches_kernels(const counters::CounterSet& set) {
  return std::any_of(set.metrics.begin(), set.metrics.end(), [](const std::string& metric) {
    return metric.find("__sass_") != std::string::npos;
  });
}

Refusal refusal_of(const char* call, CUptiResult result) {
  return {.call = call, .result = result};
}

}  // namespace

void RangeCounting::context_created(CUcontext context) {
  std::uint32_t device = 0;
  if (functions_.get_device(context, &device) != CUPTI_SUCCESS) return;
  const std::lock_guard lock(mutex_);
  contexts_[context] = {.device = device,
                        .profiler = std::make_unique<RangeProfiler>(functions_, context)};
}

void RangeCounting::context_ends(CUcontext context) noexcept {
  const std::lock_guard lock(mutex_);
  const auto at = contexts_.find(context);
  if (at == contexts_.end()) return;
  at->second.profiler->release();
  contexts_.erase(at);
}

std::optional<Refusal> RangeCounting::get_acquainted() {
  const std::lock_guard lock(mutex_);
  if (!initialised_ && !contexts_.empty()) {
    if (auto refusal = initialize_profiler(functions_)) return refusal;
    initialised_ = true;
  }
  for (const auto& [context, known] : contexts_) {
    if (devices_.contains(known.device)) continue;
    Device device;
    const auto number = static_cast<std::uint32_t>(known.device);
    if (auto refusal = ask_chip(functions_, number, device.chip)) return refusal;
    if (auto refusal = ask_availability(functions_, context, device.availability)) return refusal;
    devices_[known.device] = std::move(device);
  }
  return std::nullopt;
}

std::unique_ptr<ChipCounters> RangeCounting::built(const Device& device,
                                                   std::vector<std::string>& problems) const {
  constexpr auto kPatience = std::chrono::seconds(20);
  auto made = std::make_unique<ChipCounters>();
  made->chip = device.chip;
  made->sets = counters::counter_sets_of(device.chip);
  made->configs.resize(made->sets.size());
  if (made->sets.empty()) {
    problems.push_back(fmt::format("no counter sets are known for the chip {}", device.chip));
    return made;
  }
  std::vector<CounterQuestion> questions;
  for (const counters::CounterSet& set : made->sets) {
    std::vector<const char*>& names = made->metrics.emplace_back();
    for (const std::string& metric : set.metrics) names.push_back(metric.c_str());
    questions.push_back(
        {.chip = device.chip, .metrics = set.metrics, .image = device.availability});
  }
  try {
    const auto answers = ask_counter_host(cupti_.path, questions, kPatience);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      made->configs[i] = answers[i].config;
      if (!answers[i].error.empty())
        problems.push_back(fmt::format("counter set {}: {}", made->sets[i].name, answers[i].error));
    }
  } catch (const std::runtime_error& error) {
    problems.push_back(error.what());
  }
  return made;
}

void RangeCounting::prepare(std::vector<std::string>& problems) {
  while (true) {
    std::optional<std::pair<std::int64_t, Device>> next;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [number, device] : devices_) {
        if (device.counters == nullptr) next = {number, device};
      }
      if (!next) return;
      for (const auto& chip : chips_) {
        if (chip->chip != next->second.chip) continue;
        devices_[next->first].counters = chip.get();
        next.reset();
        break;
      }
    }
    if (!next) continue;
    auto made = built(next->second, problems);
    const std::lock_guard lock(mutex_);
    devices_[next->first].counters = made.get();
    chips_.push_back(std::move(made));
  }
}

std::optional<std::vector<bool>> RangeCounting::sets() {
  const std::lock_guard lock(mutex_);
  if (contexts_.empty()) return std::nullopt;
  std::vector<bool> patch;
  for (const auto& [context, known] : contexts_) {
    const auto device = devices_.find(known.device);
    if (device == devices_.end() || device->second.counters == nullptr) return std::nullopt;
    const auto& sets = device->second.counters->sets;
    for (std::size_t i = patch.size(); i < sets.size(); ++i)
      patch.push_back(patches_kernels(sets[i]));
  }
  return patch;
}

bool RangeCounting::wait_until_idle(const Driver& driver, std::chrono::nanoseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  const std::lock_guard lock(mutex_);  // no context ends while it is waited for
  return std::all_of(contexts_.begin(), contexts_.end(), [&](const auto& entry) {
    return capture::wait_until_idle(driver, entry.first, until - std::chrono::steady_clock::now());
  });
}

std::optional<Refusal> RangeCounting::begin(std::size_t set) {
  const std::lock_guard lock(mutex_);
  for (auto& [handle, context] : contexts_) {
    const ChipCounters* chip = devices_.at(context.device).counters;
    if (chip == nullptr || set >= chip->configs.size()) continue;
    if (chip->configs[set].empty())
      return refusal_of("cuptiProfilerHostGetConfigImage", CUPTI_ERROR_INVALID_METRIC_NAME);
    if (auto refusal = context.profiler->begin(chip->configs[set], chip->metrics[set]))
      return refusal;
    context.counting = set;
  }
  return std::nullopt;
}

std::optional<Refusal> RangeCounting::end(std::vector<CountedRange>& counted) {
  const std::lock_guard lock(mutex_);
  std::optional<Refusal> refusal;
  for (auto& [handle, context] : contexts_) {
    if (!context.counting) continue;
    CountedRange range{.device = context.device,
                       .chip = devices_.at(context.device).counters,
                       .set = *context.counting,
                       .data = {}};
    context.counting.reset();
    if (auto refused = context.profiler->end(range.data)) {
      refusal = std::move(refused);
      continue;
    }
    if (tape_ != nullptr) tape_->counter_data(handle, range.chip->metrics[range.set], range.data);
    counted.push_back(std::move(range));
  }
  return refusal;
}

void RangeCounting::release() noexcept {
  const std::lock_guard lock(mutex_);
  for (auto& [handle, context] : contexts_) {
    context.profiler->release();
    context.counting.reset();
  }
}

std::map<const void*, std::int64_t> RangeCounting::devices() {
  const std::lock_guard lock(mutex_);
  std::map<const void*, std::int64_t> devices;
  for (const auto& [context, known] : contexts_) devices[context] = known.device;
  return devices;
}

std::vector<CounterAnswer> RangeCounting::values_of(std::span<const CountedRange> ranges,
                                                    std::chrono::milliseconds at_most) const {
  std::vector<CounterQuestion> questions;
  for (const CountedRange& range : ranges) {
    questions.push_back({.about = CounterQuestion::About::kValues,
                         .chip = range.chip->chip,
                         .metrics = range.chip->sets[range.set].metrics,
                         .image = range.data});
  }
  return ask_counter_host(cupti_.path, questions, at_most);
}

}  // namespace flopprof::capture
