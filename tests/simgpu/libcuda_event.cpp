// The stand-in for the driver: events of whole contexts. SIMGPU_NEVER_IDLE: none ever completes.

#include <utility>

#include "tests/simgpu/call_faults.h"
#include "tests/simgpu/driver.h"
#include "tests/simgpu/environment.h"

struct CUevent_st {
  CUcontext recorded = nullptr;
  bool asked = false;
};

namespace simgpu {

std::optional<CUresult> refused_by_driver(const char* function) {
  static auto& calls = *new CallFaults;  // never destroyed, as the driver is not
  const auto code = calls.refused(function);
  return code ? std::optional(static_cast<CUresult>(*code)) : std::nullopt;
}

}  // namespace simgpu

extern "C" {

CUresult cuEventCreate(CUevent* event, unsigned) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  if (simgpu::current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  *event = new CUevent_st;
  return CUDA_SUCCESS;
}

CUresult cuEventDestroy(CUevent event) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  delete event;
  return CUDA_SUCCESS;
}

/// As the header says: where a stream is being captured, that capture is lost.
CUresult cuCtxRecordEvent(CUcontext context, CUevent event) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  const std::lock_guard lock(simgpu::driver().mutex);
  if (context == nullptr || context->ended) return CUDA_ERROR_INVALID_CONTEXT;
  for (CUstream_st& stream : context->streams) {
    if (stream.capturing == nullptr) continue;
    stream.capturing = nullptr;
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  event->recorded = context;
  event->asked = false;
  return CUDA_SUCCESS;
}

/// Ready when it is asked for the second time.
CUresult cuEventQuery(CUevent event) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  static const bool never_idle = std::getenv("SIMGPU_NEVER_IDLE") != nullptr;
  if (event->recorded == nullptr) return CUDA_SUCCESS;
  if (never_idle || !std::exchange(event->asked, true)) return CUDA_ERROR_NOT_READY;
  const std::lock_guard lock(simgpu::driver().mutex);
  if (!event->recorded->ended) simgpu::end_all(*event->recorded);
  return CUDA_SUCCESS;
}
}
