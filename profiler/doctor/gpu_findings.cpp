#include "profiler/doctor/gpu_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace flopprof::doctor {
namespace {

constexpr const char* kWithoutGpu =
    "without a GPU there is nothing to do: model FLOPs are counted all the same";

constexpr int kHopper = 9;  // major compute capability

bool has_gpu(const Machine& machine) { return !machine.driver.devices.empty(); }

bool runs(const Machine& machine, std::string_view program) {
  return std::find(machine.programs.begin(), machine.programs.end(), program) !=
         machine.programs.end();
}

std::string cuda_name(int version) {
  return fmt::format("CUDA {}.{}", version / 1000, version % 1000 / 10);
}

/// "2 NVIDIA H100 (sm_90)", each kind once.
std::string devices_text(const std::vector<capture::ProbedDevice>& devices) {
  std::map<std::string, int> kinds;
  for (const auto& device : devices) {
    ++kinds[fmt::format("{} (sm_{}{})", device.name, device.major, device.minor)];
  }
  std::vector<std::string> texts;
  for (const auto& [kind, count] : kinds) texts.push_back(fmt::format("{} x {}", count, kind));
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

Finding driver(const Machine& machine) {
  const capture::ProbedDriver& found = machine.driver;
  Finding finding{.check = "NVIDIA driver"};
  if (!found.found) {
    finding.state = State::kNo;
    finding.found = found.error;
    finding.remedy = "install NVIDIA's driver; in a container, start it with --gpus all; " +
                     std::string(kWithoutGpu);
  } else if (!has_gpu(machine)) {
    finding.state = State::kNo;
    finding.found = found.error.empty() ? "no GPU is visible" : found.error;
    finding.remedy = "see what nvidia-smi says, and CUDA_VISIBLE_DEVICES";
  } else {
    finding.state = State::kOk;
    finding.found =
        fmt::format("{}: {}", cuda_name(found.cuda_version), devices_text(found.devices));
  }
  return finding;
}

Finding profiling_library(const Machine& machine) {
  const capture::ProbedCupti& found = machine.cupti;
  Finding finding{.check = "CUPTI"};
  if (!found.found) {
    finding.state = State::kNo;
    finding.found = found.error;
    finding.remedy = has_gpu(machine) ? "install the CUDA toolkit, or pip install nvidia-cuda-cupti"
                                      : kWithoutGpu;
    return finding;
  }
  finding.found =
      fmt::format("{}, of CUDA {} (version {})", found.path, found.cuda_major, found.api_version);
  if (machine.driver.cuda_version == 0) {
    finding.remedy = "its major version has to be the driver's, which is not known";
    return finding;
  }
  const int wanted = machine.driver.cuda_version / 1000;
  finding.state = found.cuda_major == wanted ? State::kOk : State::kNo;
  if (finding.state == State::kNo) {
    finding.remedy = fmt::format(
        "the driver serves {}: put the libcupti of CUDA {} first in "
        "LD_LIBRARY_PATH",
        cuda_name(machine.driver.cuda_version), wanted);
  }
  return finding;
}

Finding counter_permission(const Machine& machine) {
  constexpr std::uint64_t kSysAdmin = std::uint64_t{1} << 21;
  constexpr std::uint64_t kPerfmon = std::uint64_t{1} << 38;
  constexpr int kFirstWithPerfmon = 565;
  Finding finding{.check = "counter permission"};
  if (!machine.counters_for_admins_only) {
    finding.found = "no /proc/driver/nvidia/params that tells RmProfilingAdminOnly";
    finding.remedy = has_gpu(machine) ? "a container may hide it: ask its host" : kWithoutGpu;
    return finding;
  }
  finding.state = State::kOk;
  if (!*machine.counters_for_admins_only) {
    finding.found = "RmProfilingAdminOnly is 0: every user may count";
  } else if ((machine.capabilities & kSysAdmin) != 0) {
    finding.found = "RmProfilingAdminOnly is 1, and this process has CAP_SYS_ADMIN";
  } else if ((machine.capabilities & kPerfmon) != 0 &&
             machine.driver_branch.value_or(0) >= kFirstWithPerfmon) {
    finding.found = "RmProfilingAdminOnly is 1, and this process has CAP_PERFMON";
  } else {
    finding.state = State::kNo;
    finding.found = "RmProfilingAdminOnly is 1, and this process lacks CAP_SYS_ADMIN";
    finding.remedy =
        "run as root (a container: --cap-add SYS_ADMIN; from driver 565 on CAP_PERFMON does), or "
        "load the module with NVreg_RestrictProfilingToAdminUsers=0";
  }
  return finding;
}

Finding sharing(const Machine& machine) {
  Finding finding{.check = "MPS, MIG"};
  if (runs(machine, "nvidia-cuda-mps")) {  // the kernel cuts names after 15 bytes
    finding.state = State::kNo;
    finding.found = "MPS is running: its clients cannot use the counters";
    finding.remedy = "end it: echo quit | nvidia-cuda-mps-control";
  } else if (machine.environment.contains("CUDA_MPS_PIPE_DIRECTORY")) {
    finding.found = "CUDA_MPS_PIPE_DIRECTORY is set: MPS may run outside of this container";
    finding.remedy = "unset it to measure without MPS, whose clients cannot use the counters";
  } else if (machine.has_mig_instances) {
    finding.found = "the GPU is divided by MIG; whether its instances can count is not known";
    finding.remedy = "measure on an undivided GPU: nvidia-smi -mig 0";
  } else {
    finding.state = State::kOk;
    finding.found = "neither is in use";
  }
  return finding;
}

Finding confidential_computing(const Machine& machine) {
  Finding finding{.check = "confidential computing"};
  if (!has_gpu(machine)) {
    finding.state = State::kOk;
    finding.found = "no GPU";
    return finding;
  }
  finding.found = "not asked: the counters are off where it is on";
  finding.remedy = "nvidia-smi conf-compute -f tells";
  return finding;
}

Finding other_tools(const Machine& machine) {
  Finding finding{.check = "other tools", .state = State::kOk, .found = "none found"};
  for (const char* profiler : {"nsys", "nsys-launcher", "ncu"}) {
    if (!runs(machine, profiler)) continue;
    finding.state = State::kNo;
    finding.found = fmt::format("{} is running: one tool at a time has the counters", profiler);
    finding.remedy = "wait for its end";
    return finding;
  }
  const bool dcgm = runs(machine, "nv-hostengine") || runs(machine, "dcgm-exporter");
  if (!dcgm) return finding;
  const auto& devices = machine.driver.devices;
  const bool conflicts = std::any_of(devices.begin(), devices.end(),
                                     [](const auto& device) { return device.major < kHopper; });
  finding.found = "DCGM is running";
  if (conflicts) {
    finding.state = State::kNo;
    finding.found += ": before Hopper it may hold the counters";
    finding.remedy = "dcgmi profile --pause, and --resume afterwards";
  } else if (!devices.empty()) {
    finding.found += ": from Hopper on it does not need the counters";
  }
  return finding;
}

}  // namespace flopprof::doctor
