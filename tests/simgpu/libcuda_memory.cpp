// The stand-in for the driver: memory, which is the host's, and copies.

#include <cstdlib>
#include <cstring>

#include "tests/simgpu/driver.h"

namespace {

using simgpu::Call;
using simgpu::driver;

constexpr std::uint64_t kKibNs = 1000;

void* host(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

/// The move of the bytes itself is done already: no kernel of the stand-in reads them.
CUresult copied(simgpu::RunCopy copy, CUstream stream, std::uint32_t correlation) {
  {
    const std::lock_guard lock(driver().mutex);
    if (stream != nullptr && stream->capturing != nullptr)
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    const std::uint64_t ns = kKibNs * ((copy.bytes + 1023) / 1024);
    copy.work = simgpu::placed(stream, ns, {.correlation = correlation});
  }
  if (const simgpu::Watcher* watcher = driver().watcher.load()) watcher->copied(copy);
  return CUDA_SUCCESS;
}

/// Waits for all that went before, and is over when it returns.
CUresult copied_now(const simgpu::RunCopy& copy, std::uint32_t correlation) {
  simgpu_wait(simgpu::current());
  const CUresult result = copied(copy, nullptr, correlation);
  simgpu_wait(simgpu::current());
  return result;
}

bool has_context() { return simgpu::current() != nullptr && !simgpu::current()->ended; }

constexpr auto kToDevice = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD;
constexpr auto kToHost = CUPTI_ACTIVITY_MEMCPY_KIND_DTOH;

}  // namespace

extern "C" {

CUresult cuMemAlloc(CUdeviceptr* address, std::size_t bytes) {
  if (!has_context()) return CUDA_ERROR_INVALID_CONTEXT;
  *address = reinterpret_cast<CUdeviceptr>(std::calloc(1, bytes));
  return *address == 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

CUresult cuMemFree(CUdeviceptr address) {
  std::free(host(address));
  return CUDA_SUCCESS;
}

CUresult cuMemcpyHtoD(CUdeviceptr to, const void* from, std::size_t bytes) {
  const cuMemcpyHtoD_v2_params params{to, from, bytes};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemcpyHtoD_v2, "cuMemcpyHtoD_v2", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memcpy(host(to), from, bytes);
  return call.ends(copied_now({.bytes = bytes, .kind = kToDevice}, call.correlation()));
}

CUresult cuMemcpyDtoH(void* to, CUdeviceptr from, std::size_t bytes) {
  const cuMemcpyDtoH_v2_params params{to, from, bytes};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemcpyDtoH_v2, "cuMemcpyDtoH_v2", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memcpy(to, host(from), bytes);
  return call.ends(copied_now({.bytes = bytes, .kind = kToHost}, call.correlation()));
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void* from, std::size_t bytes, CUstream stream) {
  const cuMemcpyHtoDAsync_v2_params params{to, from, bytes, stream};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemcpyHtoDAsync_v2, "cuMemcpyHtoDAsync_v2", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memcpy(host(to), from, bytes);
  return call.ends(copied({.bytes = bytes, .kind = kToDevice}, stream, call.correlation()));
}

CUresult cuMemcpyDtoHAsync(void* to, CUdeviceptr from, std::size_t bytes, CUstream stream) {
  const cuMemcpyDtoHAsync_v2_params params{to, from, bytes, stream};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemcpyDtoHAsync_v2, "cuMemcpyDtoHAsync_v2", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memcpy(to, host(from), bytes);
  return call.ends(copied({.bytes = bytes, .kind = kToHost}, stream, call.correlation()));
}

CUresult cuMemsetD8(CUdeviceptr to, unsigned char value, std::size_t bytes) {
  const cuMemsetD8_v2_params params{to, value, bytes};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemsetD8_v2, "cuMemsetD8_v2", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memset(host(to), value, bytes);
  return call.ends(copied({.bytes = bytes, .sets = true}, nullptr, call.correlation()));
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, std::size_t bytes, CUstream stream) {
  const cuMemsetD8Async_params params{to, value, bytes, stream};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuMemsetD8Async, "cuMemsetD8Async", &params);
  if (!has_context()) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  std::memset(host(to), value, bytes);
  return call.ends(copied({.bytes = bytes, .sets = true}, stream, call.correlation()));
}
}
