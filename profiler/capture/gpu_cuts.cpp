// The part of GpuLooks that looks into steps: it keeps the order of their launches, and ends the
// counting of some between two of them.

#include <cupti.h>

#include <utility>

#include "profiler/capture/gpu_looks.h"

namespace flopprof::capture {
namespace {

constexpr std::size_t kMostOrders = 256;

/// Stands for the kernels of a graph: they are launched together.
constexpr const char* kGraphName = "(CUDA graph)";

}  // namespace

void GpuLooks::launch_entered(const Launch& launch, const CUpti_CallbackData& call,
                              const steps::Launcher& by) noexcept {
  if (!order_.is_on()) return;
  order_.entered({.identity = launch.identity,
                  .context = call.context,
                  .kernel = launch.graph ? kGraphName : call.symbolName,
                  .by = by});
}

void GpuLooks::launch_returned(const CUpti_CallbackData& call) noexcept {
  if (!order_.is_on()) return;
  const auto* result = static_cast<const CUresult*>(call.functionReturnValue);
  if (order_.returned(result != nullptr && *result == CUDA_SUCCESS)) cut();
}

/// At the boundary where the step begins.
void GpuLooks::follow_launches() {
  cut_ = false;
  const bool is_taped = tape_ != nullptr;  // a tape holds whole steps
  if (is_taped) now_.cut.reset();
  if (now_.look == GpuLook::kCounted && now_.cut)
    order_.follow(*now_.cut);
  else if (now_.look == GpuLook::kTraced && !now_.timeline && counting_ && !gave_up_ && !is_taped)
    order_.record();
  else
    order_.stop();
}

/// Of the interval that has just been cut off. The first orders of a signature may be without
/// operators, whose observer comes late.
void GpuLooks::take_order(const steps::LaunchInterval& interval) {
  constexpr int kEnough = 4;
  if (interval.step == kOutsideSteps || !order_.is_on()) return;
  auto noted = order_.take(interval);
  if (noted.empty() || looked_at_ != interval.number) return;
  Ordered order{.signature = static_cast<std::int64_t>(interval.signature), .launches = {}};
  if (orders_taken_.size() == kMostOrders) orders_taken_.clear();
  if (++orders_taken_[order.signature] > kEnough) return;
  const auto devices = counting_->devices();
  for (const auto& [launch, context] : noted) {
    const auto device = devices.find(context);
    if (device == devices.end()) return;
    order.launches.push_back(launch);
    order.launches.back().device = device->second;
  }
  const std::lock_guard lock(results_mutex_);
  orders_.push_back(std::move(order));
}

/// Called between two launches of the step, on the thread that made the last one.
void GpuLooks::cut() noexcept {
  if (!boundary_.try_lock()) return;  // the step ends: it will be counted whole
  const std::lock_guard boundary(boundary_, std::adopt_lock);
  try {
    if (captures_ == 0 && now_.look == GpuLook::kCounted && now_.cut && !cut_) close_at_cut();
  } catch (...) {
    spoiled_ = true;
  }
}

/// Afterwards the step runs on as if nobody looked.
void GpuLooks::close_at_cut() {
  const bool idle = counting_->wait_until_idle(*driver_, patience());
  if (!idle) not_idle();
  closed_.clear();
  cut_ = true;
  launches_.look(GpuLook::kCut);
  const auto refusal = counting_->end(closed_);
  if (refusal) refused(*refusal, now_.set);
  if (!idle || refusal || !order_.is_still_there()) spoiled_ = true;
}

}  // namespace flopprof::capture
