// The stand-in for the profiling library: one subscriber and its callbacks. faults.h says what can
// be made to go wrong.

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "tests/simgpu/faults.h"
#include "tests/simgpu/library.h"

struct CUpti_Subscriber_st {
  CUpti_CallbackFunc callback = nullptr;
  void* userdata = nullptr;
};

namespace {

/// Never destroyed: kernels may be launched while the process exits.
struct Subscriptions {
  std::atomic<CUpti_Subscriber_st*> subscriber{nullptr};
  std::mutex mutex;
  std::set<std::pair<std::uint32_t, std::uint32_t>> enabled;  // domain, callback id
};
Subscriptions& subscriptions() {
  static auto& all = *new Subscriptions;
  return all;
}

bool is_enabled(CUpti_CallbackDomain domain, std::uint32_t id) {
  const std::lock_guard lock(subscriptions().mutex);
  return subscriptions().enabled.contains({domain, id});
}

void enable(CUpti_CallbackDomain domain, std::uint32_t id, std::uint32_t on) {
  if (on != 0)
    subscriptions().enabled.insert({domain, id});
  else
    subscriptions().enabled.erase({domain, id});
}

/// More than any domain has.
constexpr std::uint32_t kMostIds = CUPTI_DRIVER_TRACE_CBID_SIZE;

void on_called(const simgpu::DriverCall& call) {
  simgpu::call_back(CUPTI_CB_DOMAIN_DRIVER_API, call.callback_id, &call.details);
}

void on_resource(CUpti_CallbackIdResource id, CUcontext context, void* descriptor) {
  CUpti_ResourceData details{};
  details.context = context;
  details.resourceDescriptor = descriptor;
  simgpu::call_back(CUPTI_CB_DOMAIN_RESOURCE, id, &details);
}

constexpr simgpu::Watcher kWatcher{.called = on_called,
                                   .resource = on_resource,
                                   .ran = simgpu::record_kernel,
                                   .copied = simgpu::record_copy,
                                   .ran_graph = simgpu::record_graph,
                                   .ended = simgpu::count_kernel};

CUptiResult subscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc callback, void* userdata,
                      CUpti_SubscriberParams* params) {
  const char* holder = std::getenv("SIMGPU_HOLDER");
  if (holder != nullptr || subscriptions().subscriber != nullptr) {
    if (params != nullptr && params->oldSubscriberName != nullptr) {
      const std::string name =
          std::string("CUPTI for ") + (holder == nullptr ? "flopprof" : holder);
      std::strncpy(params->oldSubscriberName, name.c_str(), params->oldSubscriberSize - 1);
    }
    return CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  }
  *handle = new CUpti_Subscriber_st{.callback = callback, .userdata = userdata};
  subscriptions().subscriber = *handle;
  simgpu::watch();
  return CUPTI_SUCCESS;
}

}  // namespace

namespace simgpu {

void call_back(CUpti_CallbackDomain domain, std::uint32_t id, const void* details) {
  const CUpti_Subscriber_st* subscriber = subscriptions().subscriber;
  if (subscriber != nullptr && is_enabled(domain, id))
    subscriber->callback(subscriber->userdata, domain, id, details);
}

void watch() { simgpu_watch(&kWatcher); }

}  // namespace simgpu

extern "C" {

CUptiResult cuptiGetVersion(std::uint32_t* version) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *version = simgpu::cupti_version();
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
  if (params != nullptr && params->structSize != CUpti_SubscriberParams_STRUCT_SIZE)
    return CUPTI_ERROR_INVALID_PARAMETER;
  return subscribe(handle, callback, userdata, params);
}

CUptiResult cuptiUnsubscribe(CUpti_SubscriberHandle) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  subscriptions().subscriber = nullptr;  // leaked: a callback may be running
  return CUPTI_SUCCESS;
}

CUptiResult cuptiEnableCallback(std::uint32_t on, CUpti_SubscriberHandle,
                                CUpti_CallbackDomain domain, CUpti_CallbackId id) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const std::lock_guard lock(subscriptions().mutex);
  enable(domain, id, on);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiEnableDomain(std::uint32_t on, CUpti_SubscriberHandle,
                              CUpti_CallbackDomain domain) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const std::lock_guard lock(subscriptions().mutex);
  for (std::uint32_t id = 1; id < kMostIds; ++id) enable(domain, id, on);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetResultString(CUptiResult, const char** text) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *text = "simulated error";
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetContextId(CUcontext context, std::uint32_t* id) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  int device = 0;
  return simgpu_context(context, id, &device) ? CUPTI_SUCCESS : CUPTI_ERROR_INVALID_CONTEXT;
}

CUptiResult cuptiGetDeviceId(CUcontext context, std::uint32_t* device) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (context == nullptr) context = simgpu_current_context();
  std::uint32_t id = 0;
  int number = 0;
  if (!simgpu_context(context, &id, &number)) return CUPTI_ERROR_INVALID_CONTEXT;
  *device = static_cast<std::uint32_t>(number);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetGraphExecId(CUgraphExec instance, std::uint32_t* id) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (instance == nullptr) return CUPTI_ERROR_INVALID_PARAMETER;
  *id = simgpu_graph_exec_id(instance);
  return CUPTI_SUCCESS;
}
}
