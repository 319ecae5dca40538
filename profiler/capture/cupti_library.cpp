#include "profiler/capture/cupti_library.h"

#include <dlfcn.h>
#include <link.h>

#include <string_view>

#include "profiler/capture/cupti_places.h"
#include "profiler/capture/gpu_probe.h"
#include "profiler/capture/symbol.h"

namespace flopprof::capture {
namespace {

int look_at(dl_phdr_info* object, std::size_t, void* found) {
  const std::string_view path = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  if (!path.substr(path.rfind('/') + 1).starts_with("libcupti.so")) return 0;
  *static_cast<std::string*>(found) = path;
  return 1;
}

void* open_mapped(std::string& path) {
  dl_iterate_phdr(look_at, &path);
  return path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
}

/// One that does not say what it is may be tried.
bool works_with(void* library, int driver) {
  decltype(&cuptiGetVersion) get_version = nullptr;
  std::uint32_t version = 0;
  if (!find(library, "cuptiGetVersion", get_version)) return false;
  if (get_version(&version) != CUPTI_SUCCESS) return true;
  return !is_newer_than_driver(cuda_major_of(version), driver);
}

/// The handle is never closed: the library calls us until the process is gone. Where all copies are
/// newer than the driver it is the first of them, whose refusal says so.
void* open_library(std::string& path) {
  if (void* mapped = open_mapped(path)) return mapped;
  const int driver = driver_version();
  std::string newer;
  for (const std::string& candidate : cupti_candidates(driver, cupti_surroundings())) {
    void* opened = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) continue;
    path = candidate;
    if (works_with(opened, driver)) return opened;
    dlclose(opened);
    if (newer.empty()) newer = candidate;
  }
  path = newer;
  return newer.empty() ? nullptr : dlopen(newer.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

int driver_version() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (driver == nullptr) return 0;
  int version = 0;
  decltype(&cuDriverGetVersion) ask = nullptr;
  if (find(driver, "cuDriverGetVersion", ask)) ask(&version);
  dlclose(driver);
  return version;
}

std::optional<CuptiLibrary> open_cupti() {
  CuptiLibrary cupti;
  void* library = open_library(cupti.path);
  if (library == nullptr) return std::nullopt;
  cupti.handle = library;
  find(library, "cuptiSubscribe_v2", cupti.subscribe_v2);
  find(library, "cuptiGetContextId", cupti.get_context_id);
  find(library, "cuptiGetDeviceId", cupti.get_device_id);
  const bool complete = find(library, "cuptiGetVersion", cupti.get_version) &&
                        find(library, "cuptiSubscribe", cupti.subscribe) &&
                        find(library, "cuptiUnsubscribe", cupti.unsubscribe) &&
                        find(library, "cuptiEnableCallback", cupti.enable_callback) &&
                        find(library, "cuptiActivityRegisterCallbacks", cupti.register_callbacks) &&
                        find(library, "cuptiActivityEnable", cupti.enable) &&
                        find(library, "cuptiActivityDisable", cupti.disable) &&
                        find(library, "cuptiActivityFlushAll", cupti.flush_all) &&
                        find(library, "cuptiActivityGetNextRecord", cupti.next_record) &&
                        find(library, "cuptiActivityGetNumDroppedRecords", cupti.dropped_records) &&
                        find(library, "cuptiGetResultString", cupti.result_string);
  if (!complete) return std::nullopt;
  return cupti;
}

}  // namespace flopprof::capture
