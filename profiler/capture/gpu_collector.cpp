#include "profiler/capture/gpu_collector.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/capture/activity_buffers.h"
#include "profiler/capture/activity_records.h"
#include "profiler/capture/activity_watch.h"
#include "profiler/capture/callback_clock.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/cupti_subscription.h"
#include "profiler/capture/gpu_faults.h"
#include "profiler/capture/gpu_looks.h"
#include "profiler/capture/kernel_name.h"
#include "profiler/capture/launch_identity.h"
#include "profiler/capture/launcher.h"
#include "profiler/capture/period_listener.h"
#include "profiler/steps/clock_watch.h"
#include "profiler/steps/kernel_ledger.h"

namespace flopprof::capture {
namespace {

/// What the callbacks, C functions some of which get no argument of ours, work for. Never
/// destroyed: they are called while the process exits.
struct Following {
  CuptiLibrary cupti;
  Session& session;
  std::function<void()> hurry;
  ActivityBuffers buffers;
  LaunchIdentities identities;
  std::unique_ptr<TapeRecorder> tape;  // null: nothing is kept
  std::unique_ptr<GpuLooks> looks;
  PeriodListener period{session};
  std::atomic<std::int64_t> callbacks_ns{0};
  // The drain thread's alone:
  steps::KernelLedger kernels;
  std::map<std::int64_t, GpuDevice> devices;
  steps::ClockWatch clock;
  bool dropped = false;  // records, for want of room
};
std::atomic<Following*> following{nullptr};

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

/// Their memory goes back to be filled again.
void read_buffers(Following& now, const std::vector<FullBuffer>& full, Drained& drained) {
  std::int64_t dropped = 0;
  std::int64_t unreadable = 0;
  const auto ask_dropped = [&](CUcontext context, std::uint32_t stream) {
    std::size_t records = 0;
    if (now.cupti.dropped_records(context, stream, &records) == CUPTI_SUCCESS)
      dropped += static_cast<std::int64_t>(records);
  };
  for (const FullBuffer& buffer : full) {
    const RecordSink sink{
        now.kernels, now.devices, now.cupti.version >= 130000,
        [&drained](TimelineKernel kernel) { drained.timeline.push_back(std::move(kernel)); }};
    if (!translate(now.cupti.next_record, buffer.data, buffer.used, sink)) ++unreadable;
    if (now.tape != nullptr) now.tape->records(now.cupti.next_record, buffer.data, buffer.used);
    now.buffers.give_back(buffer.data);
    if (buffer.context != nullptr) ask_dropped(buffer.context, buffer.stream);
  }
  ask_dropped(nullptr, 0);
  if (dropped + unreadable > 0) now.kernels.records_dropped();
  now.dropped = now.dropped || dropped > 0;
  add_fault(drained, "GPU records dropped", dropped,
            "kernels were launched faster than their records could be kept",
            "totals leave their steps out");
  add_fault(drained, "GPU records unreadable", unreadable,
            "buffers of " + now.cupti.path + " could not be read to their end",
            "totals leave their steps out");
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

void drain_gpu(bool last, Drained& drained) {
  ActivityWatch::instance().drain(last, drained);
  Following* now = following.load(std::memory_order_acquire);
  if (now == nullptr) return;
  const CUptiResult flushed = now->cupti.flush_all(last ? CUPTI_ACTIVITY_FLAG_FLUSH_FORCED : 0);
  if (flushed != CUPTI_SUCCESS) {
    add_fault(drained, "GPU records not flushed", 1, text_of(now->cupti, flushed),
              "records that did not come are counted as missing");
  }
  now->looks->flushed();
  // The buffers first, then the log: it knows the launch of whatever they hold.
  const auto full = now->buffers.take_full();
  now->kernels.know(now->session.launches().known());
  now->kernels.know(now->session.launches().take_launchers());
  read_buffers(*now, full, drained);
  add_fault(drained, "launches of steps not told apart", now->session.launches().take_merged(),
            "steps ended faster than their launches could be written", "totals leave them out");
  if (const auto jump = now->clock.jump(now_ns(), monotonic_ns())) {
    now->kernels.clock_was_set();
    add_fault(
        drained, "clock set", 1,
        fmt::format("the machine's clock was set by {:+.3f} s", static_cast<double>(*jump) / 1e9),
        "traced steps of that second are left out");
  }
  now->kernels.settle(last);
  now->session.launches().forget_before(now->kernels.settled_before());
  auto changes = now->kernels.take_changes();
  if (now->dropped) changes.robbed_intervals = 0;  // nobody took them
  tell_incomplete(changes, drained);
  if (changes.robbed_intervals > 0) now->looks->robbed();
  if (changes.undivided_graphs > 0) now->looks->graphs_are_not_whole();
  now->looks->nodes_dominate(now->kernels.nodes_dominate());
  drained.gpu_steps = std::move(changes.steps);
  drained.kernels = std::move(changes.kernels);
  drained.op_gpu_work = std::move(changes.ops);
  drained.launches = std::move(changes.launches);
  drained.outside_launches = std::move(changes.outside_launches);
  now->looks->drain(last, drained);
  drained.overhead.own_ns += now->callbacks_ns;
  drained.overhead.total_ns += now->callbacks_ns;
  for (KernelWork& work : drained.kernels) work.kernel = demangled(work.kernel);
  for (TimelineKernel& kernel : drained.timeline) kernel.kernel = demangled(kernel.kernel);
  for (const auto& [number, device] : now->devices) drained.devices.push_back(device);
}

void forget_gpu() noexcept {
  following.store(nullptr);
  ActivityWatch::instance().forget();
}

}  // namespace flopprof::capture
