#include "profiler/capture/gpm.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include "profiler/capture/symbol.h"

namespace flopprof::capture {
namespace {

// The library's C interface is stable, and declared here because few toolkits come with its header,
// nvml.h. This is what that of driver 590 says (NVML API reference, "GPM Structs", "GPM Enums").
constexpr int kSuccess = 0;
constexpr int kInvalidArgument = 2;
constexpr int kNotSupported = 3;
constexpr int kNoPermission = 4;
constexpr int kNotFound = 6;
constexpr int kDriverNotLoaded = 9;
constexpr int kFunctionNotFound = 13;
constexpr int kGpuIsLost = 15;
constexpr int kUnknown = 999;
constexpr unsigned kVersionOfStructs = 1;
constexpr int kClockOfSms = 1;

constexpr unsigned kSm = 2;
constexpr unsigned kAnyTensor = 5;
constexpr unsigned kDmmaTensor = 8;
constexpr unsigned kImmaTensor = 9;
constexpr unsigned kFp64 = 11;
constexpr unsigned kFp32 = 12;
constexpr unsigned kFp16 = 13;

struct GpmMetric {
  unsigned id = 0;
  int status = 0;
  double value = 0;  // per cent
  const char* names[3] = {};
};
struct GpmMetrics {
  unsigned version = kVersionOfStructs;
  unsigned count = 0;
  void* first = nullptr;
  void* second = nullptr;
  // As many as the header has: only `count` of them are looked at, but it says so nowhere.
  std::array<GpmMetric, 333> metrics{};
};
static_assert(sizeof(GpmMetric) == 40 && offsetof(GpmMetrics, metrics) == 24);
struct GpmSupport {
  unsigned version = kVersionOfStructs;
  unsigned is_supported = 0;
};

std::optional<NvmlRefusal> refused(const char* call, int status) {
  if (status == kSuccess) return std::nullopt;
  return NvmlRefusal{.call = call, .status = status};
}

const char* meaning_of(int status) {
  switch (status) {
    case kInvalidArgument:
      return "it does not take this device";
    case kNotSupported:
      return "not supported on this device";
    case kNoPermission:
      return "not permitted to this user";
    case kNotFound:
      return "it does not know this device";
    case kDriverNotLoaded:
      return "the driver is not loaded";
    case kFunctionNotFound:
      return "the driver is too old for it";
    case kGpuIsLost:
      return "the GPU is lost";
    default:
      return "unknown error";
  }
}

}  // namespace

struct Nvml::Functions {
  int (*begin)() = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*by_index)(unsigned, void**) = nullptr;
  int (*by_uuid)(const char*, void**) = nullptr;
  int (*name)(void*, char*, unsigned) = nullptr;
  int (*clock)(void*, int, unsigned*) = nullptr;
  int (*support)(void*, GpmSupport*) = nullptr;
  int (*make_sample)(void**) = nullptr;
  int (*free_sample)(void*) = nullptr;
  int (*take_sample)(void*, void*) = nullptr;
  int (*metrics)(GpmMetrics*) = nullptr;
};

std::string text_of(const NvmlRefusal& refusal) {
  return fmt::format("{}: {} ({})", refusal.call, meaning_of(refusal.status), refusal.status);
}

const char* remedy_for(const NvmlRefusal& refusal) {
  switch (refusal.status) {
    case kInvalidArgument:
    case kNotSupported:
      return "it takes a Hopper GPU or a later one, whole: neither virtual nor, with most drivers, "
             "divided by MIG";
    case kNoPermission:
      return "let this user open /dev/nvidiactl and the device; a container: see its --gpus and "
             "its device rules";
    case kFunctionNotFound:
      return "update the driver: GPM came with 525";
    default:
      return "see what nvidia-smi says of the device";
  }
}

NvmlRefusal no_tensor_activity() { return {.call = "nvmlGpmMetricsGet", .status = kNotSupported}; }

Nvml::Nvml(const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    error_ = dlerror();
    return;
  }
  Functions found;
  if (!find(handle, "nvmlInit_v2", found.begin) ||
      !find(handle, "nvmlDeviceGetHandleByUUID", found.by_uuid)) {
    error_ = library + " is no NVIDIA management library";
    return;
  }
  find(handle, "nvmlDeviceGetCount_v2", found.count);
  find(handle, "nvmlDeviceGetHandleByIndex_v2", found.by_index);
  find(handle, "nvmlDeviceGetName", found.name);
  find(handle, "nvmlDeviceGetClockInfo", found.clock);
  const bool complete = find(handle, "nvmlGpmQueryDeviceSupport", found.support) &&
                        find(handle, "nvmlGpmSampleAlloc", found.make_sample) &&
                        find(handle, "nvmlGpmSampleFree", found.free_sample) &&
                        find(handle, "nvmlGpmSampleGet", found.take_sample) &&
                        find(handle, "nvmlGpmMetricsGet", found.metrics);
  refusal_ = complete ? refused("nvmlInit_v2", found.begin())
                      : refused("nvmlGpmSampleGet", kFunctionNotFound);
  if (refusal_)
    error_ = text_of(*refusal_);
  else
    functions_ = std::make_unique<Functions>(found);
}

Nvml::~Nvml() = default;

ActivityMeter::~ActivityMeter() {
  for (void* sample : samples_) {
    if (sample != nullptr) nvml_.functions().free_sample(sample);
  }
}

std::optional<NvmlRefusal> ActivityMeter::begin() {
  const Nvml::Functions& nvml = nvml_.functions();
  GpmSupport support;
  if (auto refusal = refused("nvmlGpmQueryDeviceSupport", nvml.support(device_, &support)))
    return refusal;
  if (support.is_supported == 0) return refused("nvmlGpmQueryDeviceSupport", kNotSupported);
  for (void*& sample : samples_) {
    if (sample != nullptr) continue;
    if (auto refusal = refused("nvmlGpmSampleAlloc", nvml.make_sample(&sample))) return refusal;
  }
  return std::nullopt;
}

std::optional<NvmlRefusal> ActivityMeter::sample() {
  const Nvml::Functions& nvml = nvml_.functions();
  // Read into the older one: where that fails, the newer is still good.
  if (auto refusal = refused("nvmlGpmSampleGet", nvml.take_sample(device_, samples_[0])))
    return refusal;
  std::swap(samples_[0], samples_[1]);
  ++taken_;
  unsigned mhz = 0;
  const bool known = nvml.clock != nullptr && nvml.clock(device_, kClockOfSms, &mhz) == kSuccess;
  clocks_hz_[0] = clocks_hz_[1];
  clocks_hz_[1] = known ? std::optional(1e6 * mhz) : std::nullopt;
  return std::nullopt;
}

std::optional<NvmlRefusal> ActivityMeter::read(ActivityShares& shares) const {
  if (taken_ < 2) return refused("nvmlGpmMetricsGet", kUnknown);
  const std::pair<unsigned, std::optional<double>*> wanted[] = {
      {kSm, &shares.sm},
      {kAnyTensor, &shares.tensor},
      {kImmaTensor, &shares.tensor_integer},
      {kDmmaTensor, &shares.tensor_fp64},
      {kFp64, &shares.fp64},
      {kFp32, &shares.fp32},
      {kFp16, &shares.fp16}};
  GpmMetrics asked{.first = samples_[0], .second = samples_[1]};
  for (const auto& [id, share] : wanted) asked.metrics[asked.count++].id = id;
  if (auto refusal = refused("nvmlGpmMetricsGet", nvml_.functions().metrics(&asked)))
    return refusal;
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    const GpmMetric& answer = asked.metrics[i];
    if (answer.status == kSuccess && std::isfinite(answer.value))
      *wanted[i].second = answer.value / 100;
  }
  if (clocks_hz_[0] && clocks_hz_[1]) shares.clock_hz = (*clocks_hz_[0] + *clocks_hz_[1]) / 2;
  return std::nullopt;
}

std::optional<NvmlRefusal> find_device(const Nvml& nvml, const std::string& uuid, void*& device) {
  int status = kNotFound;
  for (const char* kind : {"GPU-", "MIG-"}) {
    status = nvml.functions().by_uuid((kind + uuid).c_str(), &device);
    if (status == kSuccess) return std::nullopt;
  }
  return refused("nvmlDeviceGetHandleByUUID", status);
}

ProbedGpm probe_gpm(const std::string& library) {
  const Nvml nvml(library);
  ProbedGpm probed{.error = nvml.error()};
  unsigned count = 0;
  if (!probed.error.empty()) return probed;
  const Nvml::Functions& ask = nvml.functions();
  if (ask.count == nullptr || ask.by_index == nullptr || ask.count(&count) != kSuccess) {
    probed.error = "nvmlDeviceGetCount_v2 fails";
    return probed;
  }
  for (unsigned i = 0; i < count; ++i) {
    std::array<char, 96> name{};
    void* device = nullptr;
    ProbedActivity& found = probed.devices.emplace_back();
    found.refusal = refused("nvmlDeviceGetHandleByIndex_v2", ask.by_index(i, &device));
    if (found.refusal) continue;
    if (ask.name != nullptr) ask.name(device, name.data(), name.size() - 1);
    found.name = name.data();
    ActivityMeter meter(nvml, device);
    found.refusal = meter.begin();
    if (!found.refusal) found.refusal = meter.sample();
  }
  return probed;
}

}  // namespace flopprof::capture
