#include "tests/simgpu/driver.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/simgpu/environment.h"

namespace simgpu {
namespace {

constexpr std::uint64_t kBlockNs = 1000;
constexpr std::uint64_t kIdleNs = 1000;  // between a wait and the next kernel
constexpr std::size_t kMostQueued = 1024;

bool is_empty(const Dim3& size) { return size.x == 0 || size.y == 0 || size.z == 0; }

void end(const RunKernel& kernel) {
  if (const Watcher* watcher = driver().watcher.load()) watcher->ended(kernel);
}

}  // namespace

Driver& driver() {
  static auto& the_driver = *new Driver;
  return the_driver;
}

void tell_resource(CUpti_CallbackIdResource id, CUcontext context, void* descriptor) {
  if (const Watcher* watcher = driver().watcher.load()) watcher->resource(id, context, descriptor);
}

Call::Call(CUpti_driver_api_trace_cbid id, const char* function, const void* params,
           const char* symbol) {
  call_.callback_id = id;
  CUpti_CallbackData& details = call_.details;
  details.callbackSite = CUPTI_API_ENTER;
  details.functionName = function;
  details.functionParams = params;
  details.symbolName = symbol;
  details.context = current();
  details.contextUid = details.context == nullptr ? 0 : details.context->id;
  details.correlationData = &correlation_data_;
  details.correlationId = ++driver().correlation;
  tell();
}

CUresult Call::ends(CUresult result) {
  static const long call_us = number_in("SIMGPU_CALL_US", 0);
  if (call_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(call_us));
  call_.details.callbackSite = CUPTI_API_EXIT;
  call_.details.functionReturnValue = &result;
  tell();
  return result;
}

void Call::tell() {
  if (const Watcher* watcher = driver().watcher.load()) watcher->called(call_);
}

Work placed(CUstream stream, std::uint64_t ns, Work work) {
  CUctx_st& context = *current();
  CUstream_st& on = stream == nullptr ? context.streams.front() : *stream;
  work.device = static_cast<std::uint32_t>(context.device);
  work.context = context.id;
  work.context_handle = &context;
  work.stream = on.id;
  work.started_at = on.free_at;
  work.ended_at = on.free_at = on.free_at + ns;
  return work;
}

void end_stream(CUstream_st& stream) {
  for (const RunKernel& kernel : stream.running) end(kernel);
  stream.running.clear();
  stream.free_at += kIdleNs;
}

void end_all(CUctx_st& context) {
  std::uint64_t all_done = 0;
  for (const CUstream_st& stream : context.streams) all_done = std::max(all_done, stream.free_at);
  for (CUstream_st& stream : context.streams) {
    stream.free_at = all_done;
    end_stream(stream);
  }
}

CUresult run(const KernelNode& node, CUstream stream, Work work) {
  if (current() == nullptr || current()->ended) return CUDA_ERROR_INVALID_CONTEXT;
  if (node.function == nullptr || is_empty(node.grid) || is_empty(node.block))
    return CUDA_ERROR_INVALID_VALUE;
  RunKernel kernel{.name = node.function->name.c_str(),
                   .grid = node.grid,
                   .block = node.block,
                   .cluster = node.cluster,
                   .shared_memory = node.shared_memory,
                   .rounds = node.rounds};
  {
    const std::lock_guard lock(driver().mutex);
    if (stream != nullptr && stream->capturing != nullptr) {
      stream->capturing->nodes.push_back(node);
      return CUDA_SUCCESS;
    }
    const std::uint64_t blocks = std::uint64_t{node.grid.x} * node.grid.y * node.grid.z;
    kernel.work = placed(stream, kBlockNs * blocks, work);
    kernel.ordinal = current()->kernels++;
    CUstream_st& on = stream == nullptr ? current()->streams.front() : *stream;
    on.running.push_back(kernel);
    if (on.running.size() > kMostQueued) {
      end(on.running.front());
      on.running.pop_front();
    }
  }
  if (const Watcher* watcher = driver().watcher.load()) watcher->ran(kernel);
  return CUDA_SUCCESS;
}

}  // namespace simgpu

extern "C" {

void simgpu_watch(const simgpu::Watcher* watcher) { simgpu::driver().watcher.store(watcher); }

void simgpu_tell_call(const simgpu::DriverCall* call) {
  if (const auto* watcher = simgpu::driver().watcher.load()) watcher->called(*call);
}

void simgpu_tell_resource(CUpti_CallbackIdResource id, CUcontext context, void* descriptor) {
  simgpu::tell_resource(id, context, descriptor);
}
}
