#include "profiler/capture/gpu_probe.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <optional>

#include "profiler/capture/cupti_places.h"

namespace flopprof::capture {
namespace {

// The driver's C interface is stable, and declared here so that this needs no CUDA toolkit.
constexpr int kSuccess = 0;
constexpr int kNoDevice = 100;
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;

template <class Function>
Function* function_in(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

void* opened(const std::string& library, std::string& error) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) error = dlerror();
  return handle;
}

ProbedDevice device_at(void* driver, int index) {
  ProbedDevice device;
  std::array<char, 256> name{};
  int handle = 0;
  const auto get = function_in<int(int*, int)>(driver, "cuDeviceGet");
  const auto get_name = function_in<int(char*, int, int)>(driver, "cuDeviceGetName");
  const auto get_attribute = function_in<int(int*, int, int)>(driver, "cuDeviceGetAttribute");
  if (get == nullptr || get(&handle, index) != kSuccess) return device;
  if (get_name != nullptr && get_name(name.data(), name.size() - 1, handle) == kSuccess) {
    device.name = name.data();
  }
  if (get_attribute != nullptr) {
    get_attribute(&device.major, kCapabilityMajor, handle);
    get_attribute(&device.minor, kCapabilityMinor, handle);
  }
  return device;
}

std::string path_of(void* address) {
  Dl_info info{};
  return dladdr(address, &info) != 0 ? info.dli_fname : "";
}

}  // namespace

ProbedDriver probe_driver(const std::string& library) {
  ProbedDriver driver;
  void* handle = opened(library, driver.error);
  if (handle == nullptr) return driver;
  driver.found = true;
  const auto get_version = function_in<int(int*)>(handle, "cuDriverGetVersion");
  const auto init = function_in<int(unsigned)>(handle, "cuInit");
  const auto get_count = function_in<int(int*)>(handle, "cuDeviceGetCount");
  if (get_version == nullptr || init == nullptr || get_count == nullptr) {
    driver.error = library + " is no CUDA driver";
    return driver;
  }
  if (get_version(&driver.cuda_version) != kSuccess) driver.cuda_version = 0;
  const int status = init(0);
  if (status != kSuccess) {
    driver.error = status == kNoDevice ? "cuInit finds no GPU (error 100)"
                                       : fmt::format("cuInit fails (error {})", status);
    return driver;
  }
  int count = 0;
  if (get_count(&count) != kSuccess) driver.error = "cuDeviceGetCount fails";
  for (int i = 0; i < count; ++i) driver.devices.push_back(device_at(handle, i));
  return driver;
}

/// Up to 12.9 CUPTI counted its versions from 1; since 13.0 they are the toolkit's.
int cuda_major_of(std::uint32_t api_version) {
  if (api_version >= 100000) return static_cast<int>(api_version / 10000);
  if (api_version >= 19) return 12;
  return api_version >= 13 ? 11 : 0;
}

ProbedCupti probe_cupti(const std::vector<std::string>& libraries, int driver_version) {
  ProbedCupti none;
  std::optional<ProbedCupti> too_new;
  for (const std::string& library : libraries) {
    std::string error;
    void* handle = opened(library, error);
    if (none.error.empty()) none.error = error;
    if (handle == nullptr) continue;
    const auto get_version = function_in<int(std::uint32_t*)>(handle, "cuptiGetVersion");
    if (get_version == nullptr) {
      none.error = library + " is no CUPTI";
      continue;
    }
    ProbedCupti cupti{.found = true, .path = path_of(reinterpret_cast<void*>(get_version))};
    if (get_version(&cupti.api_version) != kSuccess) cupti.api_version = 0;
    cupti.cuda_major = cuda_major_of(cupti.api_version);
    if (!is_newer_than_driver(cupti.cuda_major, driver_version)) return cupti;
    if (!too_new) too_new = cupti;
  }
  return too_new.value_or(none);
}

}  // namespace flopprof::capture
