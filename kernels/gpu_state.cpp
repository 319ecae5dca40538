#include "kernels/gpu_state.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace flopprof::kernels {
namespace {

// The library's C interface is stable, and declared here because few toolkits come with its header.
constexpr int kSuccess = 0;
constexpr int kClockOfProcessors = 1;
constexpr int kClockOfMemory = 2;
constexpr int kSensorOfTheChip = 0;

struct Reason {
  std::uint64_t bit;
  const char* text;
};
// nvmlClocksEventReason…; being idle, application clocks and the like are no doubts.
constexpr Reason kReasons[] = {
    {0x4, "the power limit lowered the clock"},
    {0x8, "the hardware slowed the clock down"},
    {0x20, "the temperature limit lowered the clock"},
    {0x40, "the hardware slowed the clock down because it was hot"},
    {0x80, "the power brake slowed the clock down"},
};
/// Under this share of its greatest clock a GPU does not show what it can.
constexpr double kLeastShareOfClock = 0.75;

template <class Function>
Function* function_in(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

struct GpuMonitor::Library {
  void* handle = nullptr;
  void* device = nullptr;

  ~Library() {
    if (const auto end = function_in<int()>(handle, "nvmlShutdown")) end();
  }

  /// Of a function that takes the device and `kind`, where it has one, and answers a number.
  template <class Number, class... Kind>
  std::optional<Number> ask(const char* name, Kind... kind) const {
    const auto function = function_in<int(void*, Kind..., Number*)>(handle, name);
    Number number = 0;
    if (function == nullptr || function(device, kind..., &number) != kSuccess) return std::nullopt;
    return number;
  }

  std::optional<int> whole(std::optional<unsigned> number) const {
    if (!number) return std::nullopt;
    return static_cast<int>(*number);
  }
};

std::vector<std::string> doubts_of(const std::vector<GpuState>& states) {
  std::vector<std::string> doubts;
  for (const Reason& reason : kReasons) {
    const bool held = std::any_of(states.begin(), states.end(), [&](const GpuState& state) {
      return (state.slowed_by.value_or(0) & reason.bit) != 0;
    });
    if (held) doubts.emplace_back(reason.text);
  }
  for (const GpuState& state : states) {
    if (!state.clock_mhz || !state.most_clock_mhz) continue;
    if (*state.clock_mhz >= kLeastShareOfClock * *state.most_clock_mhz) continue;
    doubts.push_back("the clock was " + std::to_string(*state.clock_mhz) + " MHz of " +
                     std::to_string(*state.most_clock_mhz));
    break;
  }
  return doubts;
}

GpuMonitor::GpuMonitor(const std::string& uuid, const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    error_ = dlerror();
    return;
  }
  const auto begin = function_in<int()>(handle, "nvmlInit_v2");
  const auto find = function_in<int(const char*, void**)>(handle, "nvmlDeviceGetHandleByUUID");
  if (begin == nullptr || find == nullptr) {
    error_ = library + " is no NVIDIA management library";
    return;
  }
  if (const int status = begin(); status != kSuccess) {
    error_ = "nvmlInit_v2 fails (error " + std::to_string(status) + ")";
    return;
  }
  library_ = std::make_unique<Library>();
  library_->handle = handle;
  if (const int status = find(uuid.c_str(), &library_->device); status != kSuccess) {
    error_ = "NVIDIA's management library knows no GPU " + uuid + " (error " +
             std::to_string(status) + ")";
    library_.reset();
  }
}

GpuMonitor::~GpuMonitor() = default;
GpuMonitor::GpuMonitor(GpuMonitor&&) noexcept = default;

GpuState GpuMonitor::now() const {
  GpuState state;
  if (library_ == nullptr) return state;
  const Library& nvml = *library_;
  state.clock_mhz = nvml.whole(nvml.ask<unsigned>("nvmlDeviceGetClockInfo", kClockOfProcessors));
  state.most_clock_mhz =
      nvml.whole(nvml.ask<unsigned>("nvmlDeviceGetMaxClockInfo", kClockOfProcessors));
  state.memory_clock_mhz = nvml.whole(nvml.ask<unsigned>("nvmlDeviceGetClockInfo", kClockOfMemory));
  state.celsius = nvml.whole(nvml.ask<unsigned>("nvmlDeviceGetTemperature", kSensorOfTheChip));
  if (const auto milliwatts = nvml.ask<unsigned>("nvmlDeviceGetPowerUsage")) {
    state.watts = *milliwatts / 1000.0;
  }
  if (const auto reasons =
          nvml.ask<unsigned long long>("nvmlDeviceGetCurrentClocksThrottleReasons")) {
    state.slowed_by = *reasons;
  }
  return state;
}

std::string GpuMonitor::driver_version() const {
  std::array<char, 128> text{};
  if (library_ == nullptr) return "";
  const auto ask =
      function_in<int(char*, unsigned)>(library_->handle, "nvmlSystemGetDriverVersion");
  const bool known = ask != nullptr && ask(text.data(), text.size() - 1) == kSuccess;
  return known ? text.data() : "";
}

std::string uuid_text(const char* bytes) {
  std::string text = "GPU-";
  for (int i = 0; i < 16; ++i) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(bytes[i]));
    text += digits.data();
    if (i == 3 || i == 5 || i == 7 || i == 9) text += '-';
  }
  return text;
}

}  // namespace flopprof::kernels
