#include "profiler/capture/driver.h"

#include <dlfcn.h>

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

}  // namespace

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
