#include "profiler/capture/driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <thread>

#include "profiler/capture/symbol.h"

namespace flopprof::capture {
namespace {

/// At first without sleeping: most waits are short.
bool wait_for(const Driver& driver, CUevent event, std::chrono::nanoseconds at_most) {
  constexpr int kSpins = 50;
  constexpr auto kNap = std::chrono::microseconds(20);
  const auto until = std::chrono::steady_clock::now() + at_most;
  for (int turn = 0;; ++turn) {
    const CUresult result = driver.query_event(event);
    if (result != CUDA_ERROR_NOT_READY) return result == CUDA_SUCCESS;
    if (std::chrono::steady_clock::now() >= until) return false;
    if (turn >= kSpins) std::this_thread::sleep_for(kNap);
  }
}

/// As CUDA 11.4 and later have it, of the part of a GPU that MIG gives; before that, of the whole.
std::string uuid_of(void* library, CUdevice device) {
  CUuuid uuid{};
  decltype(&cuDeviceGetUuid) ask = nullptr;
  if (!find(library, "cuDeviceGetUuid_v2", ask) && !find(library, "cuDeviceGetUuid", ask))
    return "";
  if (ask(&uuid, device) != CUDA_SUCCESS) return "";
  std::string text;
  for (std::size_t at = 0; at < sizeof uuid.bytes; ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[at]));
  }
  return text;
}

std::string name_of(void* library, CUdevice device) {
  std::array<char, 256> name{};
  decltype(&cuDeviceGetName) ask = nullptr;
  if (find(library, "cuDeviceGetName", ask))
    ask(name.data(), static_cast<int>(name.size()) - 1, device);
  return name.data();
}

bool has_primary_context(void* library, CUdevice device) {
  unsigned flags = 0;
  int is_active = 0;
  decltype(&cuDevicePrimaryCtxGetState) ask = nullptr;
  return find(library, "cuDevicePrimaryCtxGetState", ask) &&
         ask(device, &flags, &is_active) == CUDA_SUCCESS && is_active != 0;
}

}  // namespace

std::vector<DriverDevice> driver_devices() {
  std::vector<DriverDevice> devices;
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library == nullptr) return devices;
  decltype(&cuDeviceGetCount) count = nullptr;
  decltype(&cuDeviceGet) get = nullptr;
  int number = 0;
  if (find(library, "cuDeviceGetCount", count) && find(library, "cuDeviceGet", get) &&
      count(&number) == CUDA_SUCCESS) {
    for (int ordinal = 0; ordinal < number; ++ordinal) {
      CUdevice device = 0;
      if (get(&device, ordinal) != CUDA_SUCCESS) continue;
      devices.push_back({.ordinal = ordinal,
                         .name = name_of(library, device),
                         .uuid = uuid_of(library, device),
                         .has_primary_context = has_primary_context(library, device)});
    }
  }
  dlclose(library);
  return devices;
}

std::optional<Driver> find_driver() {
  // Kept open: the driver stays for as long as the process.
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library == nullptr) return std::nullopt;
  Driver driver;
  find(library, "cuCtxRecordEvent", driver.record_context);
  const bool complete = find(library, "cuCtxPushCurrent_v2", driver.push_context) &&
                        find(library, "cuCtxPopCurrent_v2", driver.pop_context) &&
                        find(library, "cuEventCreate", driver.create_event) &&
                        find(library, "cuEventDestroy_v2", driver.destroy_event) &&
                        find(library, "cuEventQuery", driver.query_event) &&
                        find(library, "cuStreamIsCapturing", driver.is_capturing);
  return complete ? std::optional(driver) : std::nullopt;
}

bool wait_until_idle(const Driver& driver, CUcontext context, std::chrono::nanoseconds at_most) {
  if (driver.record_context == nullptr || driver.push_context(context) != CUDA_SUCCESS)
    return false;
  CUevent event = nullptr;
  bool idle = false;
  if (driver.create_event(&event, CU_EVENT_DISABLE_TIMING) == CUDA_SUCCESS) {
    idle =
        driver.record_context(context, event) == CUDA_SUCCESS && wait_for(driver, event, at_most);
    driver.destroy_event(event);
  }
  CUcontext popped = nullptr;
  driver.pop_context(&popped);
  return idle;
}

}  // namespace flopprof::capture
