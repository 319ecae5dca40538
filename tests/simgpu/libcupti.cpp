// The stand-in for the profiling library: one subscriber, callbacks, activity records in the
// library's own structs. faults.h says what can be made to go wrong.

#include <cupti.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simgpu/faults.h"
#include "tests/simgpu/simgpu.h"

struct CUpti_Subscriber_st {
  CUpti_CallbackFunc callback = nullptr;
  void* userdata = nullptr;
};

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Never destroyed: kernels may be launched while the process exits.
struct Library {
  std::mutex mutex;  // held while buffers are asked for and handed over, as the library's own is
  std::atomic<CUpti_Subscriber_st*> subscriber{nullptr};
  std::mutex enabled_mutex;
  std::set<std::pair<std::uint32_t, std::uint32_t>> enabled;  // domain, callback id
  CUpti_BuffersCallbackRequestFunc want_buffer = nullptr;
  CUpti_BuffersCallbackCompleteFunc buffer_full = nullptr;
  std::atomic<bool> traces_kernels{false};
  std::uint8_t* buffer = nullptr;
  std::size_t size = 0;
  std::size_t used = 0;
  std::uint64_t kernels = 0;
  std::atomic<std::size_t> dropped{0};
  std::vector<Bytes> held;  // with `reverse`
};
Library& library() {
  static auto& the_library = *new Library;
  return the_library;
}

void hand_over() {
  Library& now = library();
  if (now.buffer == nullptr) return;
  now.buffer_full(nullptr, 0, std::exchange(now.buffer, nullptr), now.size,
                  std::exchange(now.used, 0));
}

void keep(const void* record, std::size_t size) {
  Library& now = library();
  if (now.buffer != nullptr && now.used + size > now.size) hand_over();
  if (now.buffer == nullptr) {
    std::size_t most = 0;
    if (now.want_buffer != nullptr) now.want_buffer(&now.buffer, &now.size, &most);
    if (now.buffer == nullptr) {
      ++now.dropped;
      return;
    }
  }
  std::memcpy(now.buffer + now.used, record, size);
  now.used += size;
}

void keep_devices() {
  for (int device = 0; device < simgpu_device_count(); ++device) {
    CUpti_ActivityDevice5 record{};
    record.kind = CUPTI_ACTIVITY_KIND_DEVICE;
    record.id = static_cast<std::uint32_t>(device);
    record.name = "Simulated GPU";
    record.uuid.bytes[15] = static_cast<char>(device + 1);
    keep(&record, sizeof record);
  }
}

void on_ran(const simgpu::RunKernel& kernel) {
  static const simgpu::RecordFaults faults = simgpu::record_faults();
  Library& now = library();
  if (!now.traces_kernels) return;
  const std::lock_guard lock(now.mutex);
  const std::uint64_t number = ++now.kernels;
  if (faults.drop_each != 0 && number % faults.drop_each == 0) {
    ++now.dropped;
    return;
  }
  CUpti_ActivityKernel10 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  const bool timed = faults.zero_each == 0 || number % faults.zero_each != 0;
  record.start = timed ? kernel.started_at : 0;
  record.end = timed ? kernel.ended_at : 0;
  record.deviceId = kernel.device;
  record.contextId = kernel.context;
  record.streamId = kernel.stream;
  record.correlationId = kernel.correlation;
  record.graphId = kernel.graph;
  record.graphNodeId = kernel.graph_node;
  record.gridX = static_cast<std::int32_t>(kernel.grid_x);
  record.name = kernel.name;
  if (faults.reverse) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&record);
    now.held.emplace_back(bytes, bytes + sizeof record);
  } else {
    keep(&record, sizeof record);
  }
}

bool is_enabled(CUpti_CallbackDomain domain, std::uint32_t id) {
  const std::lock_guard lock(library().enabled_mutex);
  return library().enabled.contains({domain, id});
}

void call_back(CUpti_CallbackDomain domain, std::uint32_t id, const void* details) {
  const CUpti_Subscriber_st* subscriber = library().subscriber;
  if (subscriber != nullptr && is_enabled(domain, id))
    subscriber->callback(subscriber->userdata, domain, id, details);
}

void on_called(std::uint32_t id, std::uint32_t correlation, CUcontext context,
               const CUresult* result) {
  CUpti_CallbackData call{};
  call.callbackSite = result == nullptr ? CUPTI_API_ENTER : CUPTI_API_EXIT;
  call.context = context;
  call.correlationId = correlation;
  call.functionReturnValue = const_cast<CUresult*>(result);
  call_back(CUPTI_CB_DOMAIN_DRIVER_API, id, &call);
}

void on_context_ends(CUcontext context) {
  CUpti_ResourceData details{};
  details.context = context;
  call_back(CUPTI_CB_DOMAIN_RESOURCE, CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING, &details);
}

constexpr simgpu::Watcher kWatcher{
    .called = on_called, .ran = on_ran, .context_ends = on_context_ends};

CUptiResult subscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc callback, void* userdata,
                      CUpti_SubscriberParams* params) {
  const char* holder = std::getenv("SIMGPU_HOLDER");
  if (holder != nullptr || library().subscriber != nullptr) {
    if (params != nullptr && params->oldSubscriberName != nullptr) {
      const std::string name =
          std::string("CUPTI for ") + (holder == nullptr ? "flopprof" : holder);
      std::strncpy(params->oldSubscriberName, name.c_str(), params->oldSubscriberSize - 1);
    }
    return CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  }
  *handle = new CUpti_Subscriber_st{.callback = callback, .userdata = userdata};
  library().subscriber = *handle;
  simgpu_watch(&kWatcher);
  return CUPTI_SUCCESS;
}

std::size_t size_of(const CUpti_Activity* record) {
  return record->kind == CUPTI_ACTIVITY_KIND_DEVICE ? sizeof(CUpti_ActivityDevice5)
                                                    : sizeof(CUpti_ActivityKernel10);
}

}  // namespace

extern "C" {

CUptiResult cuptiGetVersion(std::uint32_t* version) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *version = 130001;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiSubscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc callback,
                           void* userdata) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return subscribe(handle, callback, userdata, nullptr);
}

CUptiResult cuptiSubscribe_v2(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc callback,
                              void* userdata, CUpti_SubscriberParams* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return subscribe(handle, callback, userdata, params);
}

CUptiResult cuptiUnsubscribe(CUpti_SubscriberHandle) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  library().subscriber = nullptr;  // leaked: a callback may be running
  return CUPTI_SUCCESS;
}

CUptiResult cuptiEnableCallback(std::uint32_t enable, CUpti_SubscriberHandle,
                                CUpti_CallbackDomain domain, CUpti_CallbackId id) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const std::lock_guard lock(library().enabled_mutex);
  if (enable != 0)
    library().enabled.insert({domain, id});
  else
    library().enabled.erase({domain, id});
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc want,
                                           CUpti_BuffersCallbackCompleteFunc full) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const std::lock_guard lock(library().mutex);
  library().want_buffer = want;
  library().buffer_full = full;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityEnable(CUpti_ActivityKind kind) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const std::lock_guard lock(library().mutex);
  if (kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) library().traces_kernels = true;
  if (kind == CUPTI_ACTIVITY_KIND_DEVICE) keep_devices();
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityDisable(CUpti_ActivityKind kind) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) library().traces_kernels = false;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityFlushAll(std::uint32_t flag) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  Library& now = library();
  const std::lock_guard lock(now.mutex);
  if (!now.held.empty() && flag != CUPTI_ACTIVITY_FLAG_FLUSH_FORCED) return CUPTI_SUCCESS;
  for (; !now.held.empty(); now.held.pop_back())
    keep(now.held.back().data(), now.held.back().size());
  hand_over();
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNextRecord(std::uint8_t* buffer, std::size_t used,
                                       CUpti_Activity** record) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  auto* next =
      *record == nullptr ? buffer : reinterpret_cast<std::uint8_t*>(*record) + size_of(*record);
  if (next >= buffer + used) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(next);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNumDroppedRecords(CUcontext, std::uint32_t, std::size_t* dropped) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *dropped = library().dropped.exchange(0);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetResultString(CUptiResult, const char** text) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *text = "simulated error";
  return CUPTI_SUCCESS;
}
}
