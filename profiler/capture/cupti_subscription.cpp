#include "profiler/capture/cupti_subscription.h"

#include <algorithm>
#include <array>

namespace flopprof::capture {
namespace {

constexpr std::array kKernelLaunches = {
    CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel,
    CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz,
    CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx,
    CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz,
    CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel,
    CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz,
};
constexpr std::array kGraphLaunches = {
    CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch,
    CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch_ptsz,
};

constexpr std::array kCaptureBegins = {
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCapture,
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCapture_ptsz,
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCapture_v2,
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCapture_v2_ptsz,
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCaptureToGraph,
    CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCaptureToGraph_ptsz,
};
constexpr std::array kCaptureEnds = {
    CUPTI_DRIVER_TRACE_CBID_cuStreamEndCapture,
    CUPTI_DRIVER_TRACE_CBID_cuStreamEndCapture_ptsz,
};
constexpr std::array kGraphChanges = {
    CUPTI_DRIVER_TRACE_CBID_cuGraphInstantiate,
    CUPTI_DRIVER_TRACE_CBID_cuGraphInstantiate_v2,
    CUPTI_DRIVER_TRACE_CBID_cuGraphInstantiateWithFlags,
    CUPTI_DRIVER_TRACE_CBID_cuGraphInstantiateWithParams,
    CUPTI_DRIVER_TRACE_CBID_cuGraphInstantiateWithParams_ptsz,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecDestroy,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecUpdate,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecUpdate_v2,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecKernelNodeSetParams,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecKernelNodeSetParams_v2,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecChildGraphNodeSetParams,
    CUPTI_DRIVER_TRACE_CBID_cuGraphExecNodeSetParams,
    CUPTI_DRIVER_TRACE_CBID_cuGraphNodeSetEnabled,
};

template <std::size_t kCount>
bool holds(const std::array<CUpti_driver_api_trace_cbid_enum, kCount>& ids, CUpti_CallbackId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

class Subscription {
 public:
  Subscription(CuptiLibrary& cupti, const CuptiCallbacks& callbacks)
      : cupti_(cupti), callbacks_(callbacks) {}

  std::optional<Refusal> run() {
    tried("cuptiGetVersion", cupti_.get_version(&cupti_.version));
    if (!refusal_ && is_too_new()) tried("cuptiGetVersion", CUPTI_ERROR_NOT_COMPATIBLE);
    if (!refusal_) subscribe();
    tried("cuptiActivityRegisterCallbacks", [&] {
      return cupti_.register_callbacks(callbacks_.buffer_wanted, callbacks_.buffer_full);
    });
    for (const auto kind : {CUPTI_ACTIVITY_KIND_DEVICE, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
                            CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET}) {
      tried("cuptiActivityEnable", [&] { return cupti_.enable(kind); });
    }
    for (const CUpti_CallbackId id : kKernelLaunches) call_back(CUPTI_CB_DOMAIN_DRIVER_API, id);
    for (const CUpti_CallbackId id : kGraphLaunches) call_back(CUPTI_CB_DOMAIN_DRIVER_API, id);
    for (const CUpti_CallbackId id : kCaptureBegins) call_back(CUPTI_CB_DOMAIN_DRIVER_API, id);
    for (const CUpti_CallbackId id : kCaptureEnds) call_back(CUPTI_CB_DOMAIN_DRIVER_API, id);
    for (const CUpti_CallbackId id : kGraphChanges) call_back(CUPTI_CB_DOMAIN_DRIVER_API, id);
    for (const CUpti_CallbackId id :
         {CUPTI_CBID_RESOURCE_CONTEXT_CREATED, CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING,
          CUPTI_CBID_RESOURCE_MODULE_LOADED, CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING})
      call_back(CUPTI_CB_DOMAIN_RESOURCE, id);
    if (refusal_) undo();
    return refusal_;
  }

 private:
  /// Of a major version that the driver does not know: 130001 is of CUDA 13.0. Before CUDA 13 the
  /// numbers were others, and small.
  bool is_too_new() const {
    constexpr std::uint32_t kNumberedLikeCuda = 100'000;
    const auto driver = static_cast<std::uint32_t>(driver_version());
    return driver > 0 && cupti_.version >= kNumberedLikeCuda &&
           cupti_.version / 10'000 > driver / 1'000;
  }
  void tried(const char* call, CUptiResult result) {
    if (result != CUPTI_SUCCESS) refusal_ = Refusal{.call = call, .result = result};
  }
  /// Nothing is tried after a refusal.
  template <typename Call>
  void tried(const char* name, Call call) {
    if (!refusal_) tried(name, call());
  }

  void subscribe() {
    if (cupti_.subscribe_v2 == nullptr) {
      tried("cuptiSubscribe", cupti_.subscribe(&subscriber_, callbacks_.called, nullptr));
      return;
    }
    std::array<char, CUPTI_OLD_SUBSCRIBER_NAME_MIN_LEN + 1> holder{};
    CUpti_SubscriberParams params{};
    params.structSize = CUpti_SubscriberParams_STRUCT_SIZE;
    params.subscriberName = "flopprof";
    params.oldSubscriberName = holder.data();
    params.oldSubscriberSize = CUPTI_OLD_SUBSCRIBER_NAME_MIN_LEN;
    tried("cuptiSubscribe_v2",
          cupti_.subscribe_v2(&subscriber_, callbacks_.called, nullptr, &params));
    if (refusal_) refusal_->holder = holder.data();
  }

  void call_back(CUpti_CallbackDomain domain, CUpti_CallbackId id) {
    tried("cuptiEnableCallback",
          [&] { return cupti_.enable_callback(1, subscriber_, domain, id); });
  }

  /// The interface is left to whoever comes next. What is refused here changes nothing for us.
  void undo() {
    if (subscriber_ == nullptr) return;
    for (const auto kind : {CUPTI_ACTIVITY_KIND_MEMSET, CUPTI_ACTIVITY_KIND_MEMCPY,
                            CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_DEVICE})
      cupti_.disable(kind);
    cupti_.unsubscribe(subscriber_);
  }

  CuptiLibrary& cupti_;
  const CuptiCallbacks& callbacks_;
  CUpti_SubscriberHandle subscriber_ = nullptr;
  std::optional<Refusal> refusal_;
};

}  // namespace

std::optional<Refusal> subscribe(CuptiLibrary& cupti, const CuptiCallbacks& callbacks) {
  return Subscription(cupti, callbacks).run();
}

DriverCall kind_of(CUpti_CallbackId id) {
  if (holds(kKernelLaunches, id) || holds(kGraphLaunches, id)) return DriverCall::kLaunch;
  if (holds(kCaptureBegins, id)) return DriverCall::kCaptureBegins;
  return holds(kCaptureEnds, id) ? DriverCall::kCaptureEnds : DriverCall::kGraphChange;
}

std::string text_of(const CuptiLibrary& cupti, CUptiResult result) {
  const char* text = nullptr;
  if (cupti.result_string(result, &text) != CUPTI_SUCCESS || text == nullptr) text = "unknown";
  return std::string(text) + " (" + std::to_string(static_cast<int>(result)) + ")";
}

}  // namespace flopprof::capture
