#include "profiler/capture/gpu_collector.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/capture/activity_watch.h"
#include "profiler/capture/callback_clock.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/cupti_subscription.h"
#include "profiler/capture/following.h"
#include "profiler/capture/gpu_faults.h"
#include "profiler/capture/gpu_looks.h"
#include "profiler/capture/launcher.h"

namespace flopprof::capture {

std::atomic<Following*> following{nullptr};

namespace {

/// What a call keeps from its entry to its return: whether it was noted, and what it means for the
/// steps.
constexpr std::uint64_t kNoted = 1;
constexpr int kSignShift = 1;

/// Noted before the driver launches, for a record may come before it returns. What is captured into
/// a graph does not run.
void note_launch(Following& now, CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  const auto launch = now.identities.of(id, call.functionParams);
  if (!launch || now.looks->is_captured(launch->stream)) return;
  const auto sign = now.period.launched(launch->of_handle);
  if (call.correlationData != nullptr)
    *call.correlationData = kNoted | static_cast<std::uint64_t>(sign) << kSignShift;
  steps::LaunchLog& log = now.session.launches();
  const steps::Launcher by = launcher(now.session);
  launch->graph ? log.graph_launched(call.correlationId, launch->identity, by)
                : log.kernel_launched(call.correlationId, launch->identity, by);
  now.looks->launch_entered(*launch, call, by);
}

/// Taken back where the driver refused it.
void note_return(Following& now, CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  const auto* result = static_cast<const CUresult*>(call.functionReturnValue);
  const bool noted = call.correlationData != nullptr && (*call.correlationData & kNoted) != 0;
  if (result == nullptr || *result == CUDA_SUCCESS || !noted) return;
  const auto launch = now.identities.of(id, call.functionParams);
  if (!launch) return;
  steps::LaunchLog& log = now.session.launches();
  launch->graph ? log.graph_refused(call.correlationId, launch->identity)
                : log.kernel_refused(call.correlationId, launch->identity);
}

/// A step that ends with a launch ends when that returns, not at its entry: the profiling library
/// is through with the call.
void end_found_step(Following& now, CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  if (call.callbackSite != CUPTI_API_EXIT || call.correlationData == nullptr) return;
  const std::uint64_t sign = *call.correlationData >> kSignShift;
  const auto* result = static_cast<const CUresult*>(call.functionReturnValue);
  if (sign == 0 || result == nullptr || *result != CUDA_SUCCESS) return;
  if (kind_of(id) == DriverCall::kLaunch)
    now.period.returned(static_cast<steps::PeriodFollower::Sign>(sign));
}

/// May end the counting of the step.
void tell_return(Following& now, CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  if (call.callbackSite != CUPTI_API_EXIT || kind_of(id) != DriverCall::kLaunch) return;
  if (call.correlationData != nullptr && (*call.correlationData & kNoted) != 0)
    now.looks->launch_returned(call);
}

void note_call(Following& now, CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  const bool enters = call.callbackSite == CUPTI_API_ENTER;
  switch (kind_of(id)) {
    case DriverCall::kLaunch:
      if (now.tape != nullptr) now.tape->call(id, call);
      enters ? note_launch(now, id, call) : note_return(now, id, call);
      break;
    case DriverCall::kCaptureBegins: {
      const auto* result = static_cast<const CUresult*>(call.functionReturnValue);
      if (!enters && result != nullptr && *result == CUDA_SUCCESS) now.looks->capture_began();
      break;
    }
    case DriverCall::kCaptureEnds:  // a capture that went wrong ends too, with an error
      if (!enters) now.looks->capture_ended();
      break;
    case DriverCall::kGraphChange:
      if (enters) now.identities.graphs_changed();
      break;
  }
}

void note_resource(Following& now, CUpti_CallbackId id,
                   const CUpti_ResourceData& resource) noexcept {
  if (now.tape != nullptr) now.tape->resource(now.cupti, id, resource);
  switch (id) {
    case CUPTI_CBID_RESOURCE_CONTEXT_CREATED:
      now.looks->context_created(resource.context);
      ActivityWatch::instance().context_made(now.cupti, resource.context);
      break;
    case CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING:
      now.looks->context_ends(resource.context);
      // Its records go with the context. What this cannot save is missed when its step is added up.
      now.cupti.flush_all(0);
      break;
    case CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING:
      now.identities.module_unloaded();
      break;
    default:
      break;
  }
}

void CUPTIAPI on_callback(void*, CUpti_CallbackDomain domain, CUpti_CallbackId id,
                          const void* details) noexcept {
  Following* now = following.load(std::memory_order_acquire);
  if (now == nullptr) return;
  if (domain == CUPTI_CB_DOMAIN_DRIVER_API) {
    const auto& call = *static_cast<const CUpti_CallbackData*>(details);
    {
      const CallbackClock clock(now->callbacks_ns);
      note_call(*now, id, call);
    }
    // These may wait for the GPU: the plan of looks counts what it costs.
    tell_return(*now, id, call);
    end_found_step(*now, id, call);
  } else if (domain == CUPTI_CB_DOMAIN_RESOURCE) {
    const CallbackClock clock(now->callbacks_ns);
    note_resource(*now, id, *static_cast<const CUpti_ResourceData*>(details));
  }
}

void CUPTIAPI on_buffer_wanted(std::uint8_t** buffer, std::size_t* size,
                               std::size_t* most_records) noexcept {
  Following* now = following.load(std::memory_order_acquire);
  *buffer = now == nullptr ? nullptr : now->buffers.take();
  *size = *buffer == nullptr ? 0 : ActivityBuffers::kBytes;
  *most_records = 0;  // as many as fit
  if (now != nullptr) now->looks->buffer_wanted();
}

/// The library's thread, its locks held: take the buffer and go.
void CUPTIAPI on_buffer_full(CUcontext context, std::uint32_t stream, std::uint8_t* data,
                             std::size_t, std::size_t used) noexcept {
  Following* now = following.load(std::memory_order_acquire);
  if (now == nullptr || data == nullptr) return;
  const std::size_t full =
      now->buffers.filled({.data = data, .used = used, .context = context, .stream = stream});
  if (full % ActivityBuffers::kMany == 0) now->hurry();
}

std::unique_ptr<GpuLooks> looks_of(const Following& now) {
  const Config& config = now.session.config();
  return std::make_unique<GpuLooks>(
      now.cupti, now.session.launches(),
      steps::GpuPlan::Settings{.budget = config.overhead_budget / 2,
                               .every = config.every_steps,
                               .timeline = config.timeline},
      GpuLooks::Ways{
          [&session = now.session](const char* what, const std::string& detail,
                                   const char* remedy) { session.add_fault(what, detail, remedy); },
          now.hurry, [] { ActivityWatch::instance().want(); }},
      now.tape.get());
}

}  // namespace

bool follow_gpu(Session& session, std::function<void()> hurry) {
  if (following.load() != nullptr) return true;
  auto cupti = open_cupti();
  if (!cupti) {
    session.add_fault("GPU work not counted", "no libcupti was found; GPU-seconds are not measured",
                      "install CUPTI (libcupti.so, part of the CUDA toolkit), or add its folder to "
                      "LD_LIBRARY_PATH");
    ActivityWatch::instance().want();
    return true;
  }
  auto now = std::unique_ptr<Following>(
      new Following{.cupti = *cupti, .session = session, .hurry = std::move(hurry)});
  if (const std::string& folder = session.config().record_folder; !folder.empty()) {
    now->cupti.get_version(&now->cupti.version);
    now->tape = std::make_unique<TapeRecorder>(folder, now->cupti.version);
  }
  now->looks = looks_of(*now);
  following.store(now.get(), std::memory_order_release);
  const CuptiCallbacks callbacks{
      .called = on_callback, .buffer_wanted = on_buffer_wanted, .buffer_full = on_buffer_full};
  if (const auto refusal = subscribe(now->cupti, callbacks)) {
    following.store(nullptr);
    const Following& kept = *now.release();  // a callback that had begun may still read it
    if (!tell_refusal(session, kept.cupti, *refusal)) return false;
    ActivityWatch::instance().want();
    return true;
  }
  const auto& timeline = session.config().timeline;
  session.launches().start(GpuLook::kTraced, timeline && timeline->first == 0
                                                 ? std::optional<std::int64_t>(0)
                                                 : std::nullopt);
  session.watch_steps(*now->looks);
  static_cast<void>(now.release());
  return true;
}

void forget_gpu() noexcept {
  following.store(nullptr);
  ActivityWatch::instance().forget();
}

}  // namespace flopprof::capture
