// The drain thread's part of following a GPU: what came together becomes records.

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "profiler/capture/activity_records.h"
#include "profiler/capture/activity_watch.h"
#include "profiler/capture/following.h"
#include "profiler/capture/gpu_collector.h"
#include "profiler/capture/gpu_faults.h"
#include "profiler/capture/kernel_name.h"
#include "profiler/capture/this_process.h"

namespace flopprof::capture {
namespace {

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

void look_at_clock(Following& now, Drained& drained) {
  if (const auto jump = now.clock.jump(now_ns(), monotonic_ns())) {
    now.kernels.clock_was_set();
    add_fault(
        drained, "clock set", 1,
        fmt::format("the machine's clock was set by {:+.3f} s", static_cast<double>(*jump) / 1e9),
        "traced steps of that second are left out");
  }
}

void settle(Following& now, bool last, Drained& drained) {
  now.kernels.settle(last);
  now.session.launches().forget_before(now.kernels.settled_before());
  auto changes = now.kernels.take_changes();
  if (now.dropped) changes.robbed_intervals = 0;  // nobody took them
  tell_incomplete(changes, drained);
  if (changes.robbed_intervals > 0) now.looks->robbed();
  if (changes.undivided_graphs > 0) now.looks->graphs_are_not_whole();
  now.looks->nodes_dominate(now.kernels.nodes_dominate());
  drained.gpu_steps = std::move(changes.steps);
  drained.kernels = std::move(changes.kernels);
  drained.op_gpu_work = std::move(changes.ops);
  drained.launches = std::move(changes.launches);
  drained.outside_launches = std::move(changes.outside_launches);
}

}  // namespace

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
  look_at_clock(*now, drained);
  settle(*now, last, drained);
  now->looks->drain(last, drained);
  drained.overhead.own_ns += now->callbacks_ns;
  drained.overhead.total_ns += now->callbacks_ns;
  for (KernelWork& work : drained.kernels) work.kernel = demangled(work.kernel);
  for (TimelineKernel& kernel : drained.timeline) kernel.kernel = demangled(kernel.kernel);
  for (const auto& [number, device] : now->devices) drained.devices.push_back(device);
}

}  // namespace flopprof::capture
