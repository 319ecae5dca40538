// The stand-in for the driver: devices. SIMGPU_DEVICES says how many there are (1), SIMGPU_CHIP
// which chips they are (GH100), SIMGPU_NAME what they are called, and SIMGPU_FIRST_CORRELATION the
// correlation id of the first call (1).

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "tests/simgpu/driver.h"
#include "tests/simgpu/environment.h"

namespace {

using simgpu::driver;

void load_injection() {
  const std::string path = simgpu::text_in("CUDA_INJECTION64_PATH");
  if (path.empty()) return;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return;
  if (auto* start = reinterpret_cast<int (*)()>(dlsym(library, "InitializeInjection"))) start();
}

bool is_device(CUdevice device) { return device >= 0 && device < simgpu_device_count(); }

}  // namespace

extern "C" {

int simgpu_device_count() { return static_cast<int>(simgpu::number_in("SIMGPU_DEVICES", 1)); }

const char* simgpu_chip_of(int device) {
  static const auto& chips =
      *new std::vector<std::string>(simgpu::parts_of(simgpu::text_in("SIMGPU_CHIP"), ','));
  if (chips.empty() || device < 0) return "GH100";
  return chips[std::min(static_cast<std::size_t>(device), chips.size() - 1)].c_str();
}

const char* simgpu_device_name() {
  static const auto& name = *new std::string(simgpu::text_in("SIMGPU_NAME"));
  return name.empty() ? "Simulated GPU" : name.c_str();
}

int simgpu_capability_of(int device) {
  static constexpr std::pair<std::string_view, int> kChips[] = {
      {"GV100", 70}, {"TU102", 75}, {"GA100", 80},  {"GA102", 86},
      {"AD102", 89}, {"GH100", 90}, {"GB100", 100}, {"GB202", 120}};
  for (const auto& [chip, capability] : kChips) {
    if (chip == simgpu_chip_of(device)) return capability;
  }
  return 0;
}

CUresult cuInit(unsigned) {
  static std::once_flag once;
  std::call_once(once, [] {
    driver().correlation =
        static_cast<std::uint32_t>(simgpu::number_in("SIMGPU_FIRST_CORRELATION", 1) - 1);
    load_injection();
    simgpu::tell_resource(CUPTI_CBID_RESOURCE_CU_INIT_FINISHED, nullptr, nullptr);
  });
  return CUDA_SUCCESS;
}

CUresult cuDriverGetVersion(int* version) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  *version = 13000;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int* count) {
  *count = simgpu_device_count();
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return is_device(ordinal) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuDeviceGetName(char* name, int size, CUdevice device) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  if (size <= 0) return CUDA_ERROR_INVALID_VALUE;
  std::strncpy(name, simgpu_device_name(), static_cast<std::size_t>(size) - 1);
  name[size - 1] = '\0';
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  const int capability = simgpu_capability_of(device);
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      *value = capability / 10;
      return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      *value = capability % 10;
      return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      *value = 132;
      return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
      *value = 2'000'000;
      return CUDA_SUCCESS;
    default:
      return CUDA_ERROR_INVALID_VALUE;
  }
}

CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  *uuid = {};
  uuid->bytes[15] = static_cast<char>(device + 1);
  return CUDA_SUCCESS;
}
}
