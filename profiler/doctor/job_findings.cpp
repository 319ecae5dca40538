#include "profiler/doctor/job_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "profiler/capture/environment.h"

namespace flopprof::doctor {

Finding installation(const Machine& machine) {
  if (machine.missing_files.empty()) {
    return {.check = "installation", .state = State::kOk, .found = machine.prefix};
  }
  return {
      .check = "installation",
      .state = State::kNo,
      .found = fmt::format("{} lacks {}", machine.prefix, fmt::join(machine.missing_files, ", ")),
      .remedy = "install flopprof again"};
}

Finding disk(const Machine& machine) {
  constexpr std::uint64_t kMiB = 1 << 20;
  constexpr std::uint64_t kLongRun = 200 * kMiB;
  Finding finding{.check = "disk", .state = State::kOk};
  finding.found = fmt::format("{} can be written, {} MiB free", machine.folder,
                              machine.folder_free_bytes / kMiB);
  if (!machine.folder_can_be_written) {
    finding = {.check = "disk",
               .state = State::kNo,
               .found = machine.folder + " cannot be written",
               .remedy = "name a place that can: flopprof run -o FOLDER/run.db"};
  } else if (machine.folder_free_bytes < kLongRun) {
    finding.state = State::kNo;
    finding.remedy = "a long run takes up to 200 MiB: flopprof run -o FOLDER/run.db";
  }
  return finding;
}

Finding python_hook(const Machine& machine) {
  Finding finding{.check = "Python hook"};
  if (machine.python.command.empty()) {
    finding.found = "no python3 in PATH";
    finding.remedy = "nothing, unless the job is in Python";
  } else if (machine.python.hooked) {
    finding.state = State::kOk;
    finding.found = machine.python.command + " runs it at start-up";
  } else {
    finding.state = State::kNo;
    finding.found = machine.python.command + " does not run it at start-up";
    finding.remedy = "start the job's Python without -I, -E and -S";
  }
  return finding;
}

std::vector<Finding> observers(const Machine& machine) {
  std::vector<Finding> findings;
  for (const FoundLibTorch& libtorch : machine.libtorchs) {
    Finding finding{.check = "LibTorch observer", .state = State::kOk};
    finding.found = fmt::format("there is one for {}", libtorch.library);
    if (!libtorch.problem.empty()) {
      finding.state = State::kNo;
      finding.found = fmt::format("none can be built for the LibTorch in {}", libtorch.root);
      finding.remedy = libtorch.problem;
    } else if (libtorch.observer.empty()) {
      finding.state = State::kNo;
      finding.found = fmt::format("none for {}: its operators are not counted", libtorch.library);
      finding.remedy = fmt::format("flopprof build-observer '{}'", libtorch.root);
    }
    findings.push_back(finding);
  }
  if (findings.empty()) {
    findings.push_back({.check = "LibTorch observer",
                        .found = "no LibTorch found, neither python3's nor the system's",
                        .remedy = "if the job has one elsewhere: flopprof build-observer "
                                  "TORCH_ROOT"});
  }
  return findings;
}

/// By the same function that attaches: what it would leave to somebody else is in the way.
Finding variables(const Machine& machine) {
  const auto change = capture::attached_environment(machine.prefix, machine.prefix,
                                                    {.step_range = "any"}, machine.environment);
  std::vector<std::string> taken;
  std::vector<std::string> remedies;
  for (const Fault& fault : change.faults) {
    taken.push_back(fault.detail);
    remedies.push_back(fault.remedy);
  }
  Finding finding{.check = "variables", .state = State::kOk, .found = "free"};
  if (!taken.empty()) {
    finding.state = State::kNo;
    finding.found = fmt::format("{}", fmt::join(taken, ", "));
    finding.remedy = fmt::format("{}", fmt::join(remedies, "; "));
    return finding;
  }
  std::vector<std::string> shared;
  for (const char* name : {"LD_PRELOAD", "PYTHONPATH"}) {
    const auto set = machine.environment.find(name);
    if (set != machine.environment.end() && !set->second.empty()) {
      shared.push_back(fmt::format("{}={}", name, set->second));
    }
  }
  if (!shared.empty())
    finding.found = fmt::format("{} stays, beside ours", fmt::join(shared, ", "));
  return finding;
}

}  // namespace flopprof::doctor
