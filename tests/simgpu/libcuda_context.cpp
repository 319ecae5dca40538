// The stand-in for the driver: contexts and streams.

#include "tests/simgpu/driver.h"

namespace {

using simgpu::Call;
using simgpu::current;
using simgpu::driver;

constexpr std::uint64_t kClockBegins = 1'700'000'000'000'000'000;
thread_local std::vector<CUcontext> stack;

bool is_device(CUdevice device) { return device >= 0 && device < simgpu_device_count(); }

CUcontext made_context(CUdevice device) {
  CUcontext context = nullptr;
  {
    const std::lock_guard lock(driver().mutex);
    auto& contexts = driver().contexts;
    context = &contexts.emplace_back();
    context->id = static_cast<std::uint32_t>(contexts.size());
    context->device = device;
    context->streams.emplace_back();
    context->streams.front().id = 1;
    context->streams.front().context = context;
    context->streams.front().free_at = kClockBegins;
  }
  simgpu::tell_resource(CUPTI_CBID_RESOURCE_CONTEXT_CREATED, context, nullptr);
  return context;
}

void end_context(CUcontext context) {
  simgpu::tell_resource(CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING, context, nullptr);
  const std::lock_guard lock(driver().mutex);
  simgpu::end_all(*context);
  context->ended = true;
}

}  // namespace

namespace simgpu {

CUcontext current() { return stack.empty() ? nullptr : stack.back(); }

}  // namespace simgpu

extern "C" {

CUcontext simgpu_current_context() { return current(); }

bool simgpu_context(CUcontext context, std::uint32_t* id, int* device) {
  const std::lock_guard lock(driver().mutex);
  for (const CUctx_st& one : driver().contexts) {
    if (&one != context || one.ended) continue;
    *id = one.id;
    *device = one.device;
    return true;
  }
  return false;
}

void simgpu_wait(CUcontext context) {
  const std::lock_guard lock(driver().mutex);
  simgpu::end_all(*context);
}

CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  static std::mutex& making = *new std::mutex;
  const std::lock_guard lock(making);
  driver().primary.resize(static_cast<std::size_t>(simgpu_device_count()));
  CUcontext& primary = driver().primary[static_cast<std::size_t>(device)];
  if (primary == nullptr || primary->ended) primary = made_context(device);
  *context = primary;
  return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* is_active) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  const std::lock_guard lock(driver().mutex);
  const auto& primary = driver().primary;
  const auto at = static_cast<std::size_t>(device);
  *flags = 0;
  *is_active = at < primary.size() && primary[at] != nullptr && !primary[at]->ended ? 1 : 0;
  return CUDA_SUCCESS;
}

CUresult cuCtxCreate(CUcontext* context, CUctxCreateParams*, unsigned, CUdevice device) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  *context = made_context(device);
  stack.push_back(*context);
  return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
  if (!stack.empty()) stack.pop_back();
  if (context != nullptr) stack.push_back(context);
  return CUDA_SUCCESS;
}

CUresult cuCtxGetCurrent(CUcontext* context) {
  *context = current();
  return CUDA_SUCCESS;
}

CUresult cuCtxPushCurrent(CUcontext context) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  if (context == nullptr || context->ended) return CUDA_ERROR_INVALID_CONTEXT;
  stack.push_back(context);
  return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent(CUcontext* context) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  if (stack.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  if (context != nullptr) *context = stack.back();
  stack.pop_back();
  return CUDA_SUCCESS;
}

CUresult cuCtxGetDevice(CUdevice* device) {
  if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  *device = current()->device;
  return CUDA_SUCCESS;
}

CUresult cuCtxDestroy(CUcontext context) {
  if (context == nullptr || context->ended) return CUDA_ERROR_INVALID_CONTEXT;
  end_context(context);
  if (current() == context) stack.pop_back();
  return CUDA_SUCCESS;
}

CUresult cuCtxSynchronize() {
  Call call(CUPTI_DRIVER_TRACE_CBID_cuCtxSynchronize, "cuCtxSynchronize", nullptr);
  if (current() == nullptr || current()->ended) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  simgpu_wait(current());
  return call.ends(CUDA_SUCCESS);
}

CUresult cuStreamCreate(CUstream* stream, unsigned) {
  if (current() == nullptr || current()->ended) return CUDA_ERROR_INVALID_CONTEXT;
  const std::lock_guard lock(driver().mutex);
  auto& streams = current()->streams;
  *stream = &streams.emplace_back();
  (*stream)->id = static_cast<std::uint32_t>(streams.size());
  (*stream)->context = current();
  (*stream)->free_at = streams.front().free_at;
  return CUDA_SUCCESS;
}

CUresult cuStreamGetCtx(CUstream stream, CUcontext* context) {
  *context = stream == nullptr ? current() : stream->context;
  return CUDA_SUCCESS;
}

CUresult cuStreamSynchronize(CUstream stream) {
  const cuStreamSynchronize_params params{.hStream = stream};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuStreamSynchronize, "cuStreamSynchronize", &params);
  if (current() == nullptr || current()->ended) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  {
    const std::lock_guard lock(driver().mutex);
    simgpu::end_stream(stream == nullptr ? current()->streams.front() : *stream);
  }
  return call.ends(CUDA_SUCCESS);
}
}
