// The stand-in for NVIDIA's management library, of which it has what measures activity. Its GPUs
// are those of the stand-in for the driver, and are always equally active.
//   SIMGPU_GPM         per cent by metric's number, "5=43.25,9=0": GPM's metrics, of which those
//                      that are not named answer 3, not supported
//                      (2=80,5=40,8=0,9=0,11=1,12=20,13=5)
//   SIMGPU_SM_MHZ      the clock (1500)
//   SIMGPU_NVML_FAULT  name=code or name#n=code, comma between: that function, or its n-th call,
//                      answers with that code. 3 not supported, 4 no permission, 9 no driver,
//                      15 the GPU is lost
//   SIMGPU_NVML_CALLED a file to which the name of each function goes whenever it is called
//   SIMGPU_NVML_MS     how long a sample takes (0)
//   SIMGPU_MIG         the GPUs are parts of one, and known as that
// Samples that are not 100 ms apart are an error, as they are no use with the real one.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "tests/simgpu/environment.h"

namespace {

using simgpu::number_in;
using simgpu::text_in;
using Clock = std::chrono::steady_clock;

constexpr int kSuccess = 0;
constexpr int kUninitialised = 1;
constexpr int kInvalidArgument = 2;
constexpr int kNotSupported = 3;
constexpr int kNotFound = 6;
constexpr int kNotReady = 27;
constexpr unsigned kVersion = 1;

// As nvml.h has them.
struct Metric {
  unsigned id;
  int status;
  double value;
  char* names[3];
};
struct MetricsGet {
  unsigned version;
  unsigned count;
  void* first;
  void* second;
  Metric metrics[333];
};
struct Support {
  unsigned version;
  unsigned is_supported;
};

struct Sample {
  std::optional<Clock::time_point> taken_at;
};

bool has_begun = false;

/// How often the function has been called, with this call.
int calls_of(const std::string& function) {
  static auto& mutex = *new std::mutex;
  static auto& of = *new std::map<std::string, int>;
  const std::lock_guard lock(mutex);
  const int number = ++of[function];
  const std::string path = text_in("SIMGPU_NVML_CALLED");
  if (!path.empty()) std::ofstream(path, std::ios::app) << function << "\n";
  return number;
}

int refused(const std::string& function) {
  const std::string turn = function + "#" + std::to_string(calls_of(function));
  for (const std::string& fault : simgpu::parts_of(text_in("SIMGPU_NVML_FAULT"), ',')) {
    const std::size_t equals = fault.find('=');
    const std::string name = fault.substr(0, equals);
    if (equals != std::string::npos && (name == function || name == turn))
      return std::atoi(fault.c_str() + equals + 1);
  }
  return has_begun || function == "nvmlInit_v2" ? kSuccess : kUninitialised;
}

std::optional<double> percent_of(unsigned metric) {
  const std::string asked = text_in("SIMGPU_GPM");
  const std::string all = asked.empty() ? "2=80,5=40,8=0,9=0,11=1,12=20,13=5" : asked;
  for (const std::string& one : simgpu::parts_of(all, ',')) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || std::atoi(one.c_str()) != static_cast<int>(metric)) continue;
    return std::atof(one.c_str() + equals + 1);
  }
  return std::nullopt;
}

char* device_at(unsigned index) {
  static char devices[64];
  return &devices[index];
}

unsigned device_count() { return static_cast<unsigned>(number_in("SIMGPU_DEVICES", 1)); }

}  // namespace

extern "C" {

int nvmlInit_v2() {
  const int status = refused("nvmlInit_v2");
  if (status == kSuccess) has_begun = true;
  return status;
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = device_count();
  return refused("nvmlDeviceGetCount_v2");
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (const int status = refused("nvmlDeviceGetHandleByIndex_v2")) return status;
  if (index >= device_count()) return kInvalidArgument;
  *device = device_at(index);
  return kSuccess;
}

int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  if (const int status = refused("nvmlDeviceGetHandleByUUID")) return status;
  const std::string text = uuid;
  const std::string kind = text_in("SIMGPU_MIG").empty() ? "GPU-" : "MIG-";
  for (unsigned index = 0; index < device_count(); ++index) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%02x", index + 1);
    if (text != kind + "00000000-0000-0000-0000-0000000000" + digits) continue;
    *device = device_at(index);
    return kSuccess;
  }
  return kNotFound;
}

int nvmlDeviceGetName(void*, char* name, unsigned bytes) {
  const std::string asked = text_in("SIMGPU_NAME");
  std::strncpy(name, asked.empty() ? "Simulated GPU" : asked.c_str(), bytes);
  return refused("nvmlDeviceGetName");
}

int nvmlDeviceGetClockInfo(void*, int, unsigned* mhz) {
  *mhz = static_cast<unsigned>(number_in("SIMGPU_SM_MHZ", 1500));
  return refused("nvmlDeviceGetClockInfo");
}

int nvmlGpmQueryDeviceSupport(void*, Support* support) {
  if (support->version != kVersion) return kInvalidArgument;
  support->is_supported = simgpu::text_in("SIMGPU_GPM") == "none" ? 0 : 1;
  return refused("nvmlGpmQueryDeviceSupport");
}

int nvmlGpmSampleAlloc(void** sample) {
  *sample = new Sample;
  return refused("nvmlGpmSampleAlloc");
}

int nvmlGpmSampleFree(void* sample) {
  delete static_cast<Sample*>(sample);
  return kSuccess;
}

int nvmlGpmSampleGet(void*, void* sample) {
  if (const int status = refused("nvmlGpmSampleGet")) return status;
  std::this_thread::sleep_for(std::chrono::milliseconds(number_in("SIMGPU_NVML_MS", 0)));
  static_cast<Sample*>(sample)->taken_at = Clock::now();
  return kSuccess;
}

int nvmlGpmMetricsGet(MetricsGet* asked) {
  if (const int status = refused("nvmlGpmMetricsGet")) return status;
  const auto* first = static_cast<const Sample*>(asked->first);
  const auto* second = static_cast<const Sample*>(asked->second);
  if (asked->version != kVersion || !first->taken_at || !second->taken_at) return kInvalidArgument;
  if (*second->taken_at - *first->taken_at < std::chrono::milliseconds(100)) return kNotReady;
  for (unsigned i = 0; i < asked->count; ++i) {
    const auto percent = percent_of(asked->metrics[i].id);
    asked->metrics[i].status = percent ? kSuccess : kNotSupported;
    asked->metrics[i].value = percent.value_or(0);
  }
  return kSuccess;
}
}
