#include "profiler/doctor/source_findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace flopprof::doctor {

Finding counted_flops(const Machine& machine, const std::vector<Finding>& others) {
  Finding finding{.check = "FLOPs 1: counted"};
  if (machine.driver.devices.empty()) {
    finding.state = State::kNo;
    finding.found = "no GPU";
    finding.remedy = "see NVIDIA driver";
    return finding;
  }
  const auto found_with = [&others](State state) {
    return std::find_if(others.begin(), others.end(),
                        [state](const Finding& each) { return each.state == state; });
  };
  const auto in_the_way = found_with(State::kNo);
  const auto not_known = found_with(State::kUnknown);
  if (in_the_way != others.end()) {
    finding.state = State::kNo;
    finding.found = fmt::format("in the way is: {}", in_the_way->check);
  } else if (not_known != others.end()) {
    finding.found = fmt::format("not known is: {}", not_known->check);
  } else {
    finding.state = State::kOk;
    finding.found = "by hardware counters, in steps that are looked at";
  }
  return finding;
}

Finding estimated_flops(const Machine& machine) {
  Finding finding{.check = "FLOPs 2: estimated", .state = State::kNo};
  const capture::ProbedGpm& gpm = machine.gpm;
  if (machine.driver.devices.empty()) {
    finding.found = "no GPU";
    finding.remedy = "see NVIDIA driver";
    return finding;
  }
  if (!gpm.error.empty()) {
    finding.found = gpm.error;
    finding.remedy =
        "libnvidia-ml.so.1 comes with the driver; a container needs "
        "NVIDIA_DRIVER_CAPABILITIES=utility";
    return finding;
  }
  std::size_t working = 0;
  const capture::ProbedActivity* refused = nullptr;
  for (const capture::ProbedActivity& device : gpm.devices) {
    if (device.refusal)
      refused = &device;
    else
      ++working;
  }
  finding.state = working > 0 ? State::kOk : State::kNo;
  finding.found = fmt::format("tensor activity (GPM) of {} of {} GPUs, where counting is refused",
                              working, gpm.devices.size());
  if (refused != nullptr) {
    finding.found += fmt::format("; {}: {}", refused->name, capture::text_of(*refused->refusal));
    finding.remedy = capture::remedy_for(*refused->refusal);
  }
  return finding;
}

Finding model_flops(const Machine& machine) {
  const bool works =
      std::any_of(machine.libtorchs.begin(), machine.libtorchs.end(),
                  [](const FoundLibTorch& libtorch) { return !libtorch.observer.empty(); });
  if (!works) {
    return {.check = "FLOPs 3: model",
            .state = machine.libtorchs.empty() ? State::kUnknown : State::kNo,
            .found = "takes a LibTorch and its observer, with a GPU or without",
            .remedy = "see LibTorch observer"};
  }
  return {.check = "FLOPs 3: model",
          .state = State::kOk,
          .found = "what operators require, from their shapes"};
}

}  // namespace flopprof::doctor
