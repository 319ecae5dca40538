#include "profiler/capture/gpu_looks.h"

#include <algorithm>
#include <utility>

#include "profiler/capture/counter_refusal.h"
#include "profiler/capture/this_process.h"

namespace flopprof::capture {
namespace {

using std::chrono::nanoseconds;
using steps::GpuPlan;

constexpr int kPatience = 3;  // this often something may fail before it is given up

/// Counters that another tool holds are asked for again, after twice as many steps each time.
constexpr int kMostBusy = 10;
constexpr std::int64_t kBusyIntervals = 32;

/// So many should not wait for the drain thread's next second.
constexpr std::int64_t kManyIntervals = 8'192;

std::int64_t launches_of(const std::optional<steps::LaunchInterval>& interval) {
  return interval ? interval->kernels + interval->graphs : 0;
}

}  // namespace

GpuLooks::GpuLooks(const CuptiLibrary& cupti, steps::LaunchLog& launches,
                   const GpuPlan::Settings& settings, Ways ways, TapeRecorder* tape)
    : cupti_(cupti),
      launches_(launches),
      ways_(std::move(ways)),
      tape_(tape),
      driver_(find_driver()),
      functions_(find_range_functions(cupti.handle)),
      plan_(settings),
      now_{.look = GpuLook::kTraced},
      last_cut_ns_(monotonic_ns()) {
  looked_at_ = 0;
  if (functions_ && driver_ && driver_->record_context != nullptr) {
    counting_.emplace(cupti_, *functions_, tape_);
    return;
  }
  gave_up_ = true;
  plan_.give_up_counters();
  ways_.want_next_source();
  ways_.add_fault(
      "executed FLOPs not counted",
      functions_ ? "the driver is older than CUDA 12.5"
                 : cupti_.path + " has no range profiler: it is older than CUDA 12.6",
      "update the driver and CUPTI; model FLOPs and GPU-seconds are measured all the same");
}

void GpuLooks::context_created(CUcontext context) noexcept {
  try {
    if (counting_) counting_->context_created(context);
  } catch (...) {  // out of memory: this context is not counted, and its device's sets do not come
    gave_up_ = true;
  }
}

void GpuLooks::context_ends(CUcontext context) noexcept {
  if (counting_) counting_->context_ends(context);
}

/// Asked only while something is captured: it costs a call of the driver.
bool GpuLooks::is_captured(CUstream stream) const noexcept {
  if (captures_.load(std::memory_order_relaxed) <= 0 || !driver_) return false;
  CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
  return driver_->is_capturing(stream, &status) == CUDA_SUCCESS &&
         status != CU_STREAM_CAPTURE_STATUS_NONE;
}

bool GpuLooks::closes() noexcept {
  if (!boundary_.try_lock()) return false;
  if (tape_ != nullptr && std::exchange(taped_step_open_, false)) tape_->step_ends();
  try {
    // A captured stream must not be waited for: the look goes on over the next step, for nothing.
    if (captures_ > 0)
      spoiled_ = true;
    else if (now_.look == GpuLook::kCounted && !cut_)
      close_counting();
  } catch (...) {
    spoiled_ = true;
  }
  return true;
}

/// How long a boundary may wait for the GPU: some steps' time, for it works off what was launched
/// ahead.
nanoseconds GpuLooks::patience() const {
  constexpr std::int64_t kLeast = 50'000'000;
  constexpr std::int64_t kMost = 5'000'000'000;
  return nanoseconds(std::clamp<std::int64_t>(8 * typical_step_ns_, kLeast, kMost));
}

void GpuLooks::close_counting() {
  const bool idle = counting_->wait_until_idle(*driver_, patience());
  if (!idle) not_idle();
  launched_before_ = launches_of(launches_.open());
  closed_.clear();
  const auto refusal = counting_->end(closed_);
  if (refusal) refused(*refusal, now_.set);
  if (!idle || refusal) spoiled_ = true;
}

bool GpuLooks::opens(bool in_step) noexcept {
  const std::lock_guard boundary(boundary_, std::adopt_lock);
  if (tape_ != nullptr && in_step) tape_->step_begins(), taped_step_open_ = true;
  try {
    const auto closed = launches_.last_closed();
    if (!closed) return false;
    if (closed->number % kManyIntervals == 0) ways_.hurry();
    take_order(*closed);
    const std::int64_t now_ns = monotonic_ns();
    const GpuPlan::Ended interval = ended(*closed, now_ns - std::exchange(last_cut_ns_, now_ns));
    if (closed->step != kOutsideSteps) {
      next_step_ = closed->step + 1;
      typical_step_ns_ =
          typical_step_ns_ == 0 ? interval.ns : (3 * typical_step_ns_ + interval.ns) / 4;
    }
    if (captures_ > 0) {  // as it is
      launches_.look(now_.look == GpuLook::kTraced ? GpuLook::kTraced : GpuLook::kNone);
      return false;
    }
    const bool can_prepare = !tracing_ && counters_can_be_prepared();
    GpuPlan::Look next;
    {
      const std::lock_guard lock(plan_mutex_);
      plan_.ended(interval);
      if (can_prepare) plan_.counters_ready(*counting_->sets());
      next = plan_.next(next_step_, in_step);
    }
    begin_look(next);
  } catch (...) {
    now_ = {};
  }
  return now_.look == GpuLook::kTraced;
}

/// What came of the look at the interval that has just been cut off.
GpuPlan::Ended GpuLooks::ended(const steps::LaunchInterval& interval, std::int64_t ns) {
  const auto signature = static_cast<std::int64_t>(interval.signature);
  const bool is_its = looked_at_ == interval.number;
  const bool wanted_cut = is_its && now_.cut && now_.of_signature == signature;
  if (!std::exchange(cut_, false)) now_.cut.reset();
  const bool whole =
      is_its && !std::exchange(spoiled_, false) &&
      (now_.look != GpuLook::kCounted ||
       (now_.cut ? wanted_cut : launched_before_ == interval.kernels + interval.graphs));
  GpuPlan::Ended ended{.in_step = interval.step != kOutsideSteps,
                       .signature = signature,
                       .look = whole ? now_ : GpuPlan::Look{},
                       .tried = now_.look != GpuLook::kNone,
                       .cut_was_tried = wanted_cut,
                       .ns = ns};
  if (now_.look == GpuLook::kCounted && whole && !closed_.empty() &&
      !keep_result({.step = interval.step,
                    .signature = ended.signature,
                    .cut = now_.cut,
                    .ranges = std::exchange(closed_, {})}))
    ended.look = {};
  return ended;
}

/// True at the boundary from which on the counters can be used.
bool GpuLooks::counters_can_be_prepared() {
  if (counters_ready_ || gave_up_ || looked_at_ < not_before_) return false;
  if (const auto refusal = counting_->get_acquainted()) {
    refused(*refusal, std::nullopt);
    return false;
  }
  counters_ready_ = counting_->sets().has_value();
  return counters_ready_;
}

void GpuLooks::begin_look(const GpuPlan::Look& look) {
  const bool was_counting = now_.look == GpuLook::kCounted;
  now_ = look;
  spoiled_ = false;
  if (!robbed_ && tracing_ != (look.look == GpuLook::kTraced)) trace(!tracing_);
  if (!robbed_ && tracing_ && look.look == GpuLook::kTraced) trace_whole_graphs(look.whole_graphs);
  now_.whole_graphs = whole_graphs_;
  const auto open = launches_.open();
  looked_at_ = open ? open->number : -1;
  if (look.look == GpuLook::kCounted && !begin_counting(look.set)) now_ = {};
  if (was_counting && now_.look != GpuLook::kCounted) counting_->release();
  // What was launched before the range began is not in it.
  if (now_.look == GpuLook::kCounted && launches_of(launches_.open()) > 0) spoiled_ = true;
  follow_launches();
  launches_.look(now_.look, now_.timeline ? std::optional(next_step_) : std::nullopt);
}

/// Not while kernels are traced: nobody says that both work together.
bool GpuLooks::begin_counting(std::size_t set) {
  if (tracing_ || looked_at_ < not_before_) return false;
  if (!counting_->wait_until_idle(*driver_, patience())) {
    not_idle();
    return false;
  }
  not_idle_ = 0;
  const auto refusal = counting_->begin(set);
  if (!refusal) return true;
  counting_->release();
  refused(*refusal, set);
  return false;
}

void GpuLooks::not_idle() {
  ways_.add_fault("step not counted", "the GPU did not come to rest at the step's end", "");
  if (++not_idle_ < kPatience) return;
  gave_up_ = true;
  ways_.want_next_source();
  const std::lock_guard lock(plan_mutex_);
  plan_.give_up_counters();
}

void GpuLooks::refused(const Refusal& refusal, std::optional<std::size_t> set) {
  const bool busy = refusal.result == CUPTI_ERROR_HARDWARE_BUSY;
  ways_.want_next_source();
  ways_.add_fault("executed FLOPs not counted",
                  refusal.call + ": " + text_of(cupti_, refusal.result),
                  remedy_for(refusal.result));
  if (busy && ++busy_ < kMostBusy) {
    not_before_ = looked_at_ + (kBusyIntervals << busy_);  // who holds them may let them go
    return;
  }
  if (set && !busy && !is_forbidden(refusal.result)) {
    if (++refusals_[*set] < kPatience) return;
    const std::lock_guard lock(plan_mutex_);
    plan_.give_up(*set);
    return;
  }
  const std::lock_guard lock(plan_mutex_);
  gave_up_ = true;
  plan_.give_up_counters();
}

}  // namespace flopprof::capture
