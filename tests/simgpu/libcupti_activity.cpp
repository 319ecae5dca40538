// The stand-in for the profiling library: activity records in the library's own structs. faults.h
// says how their buffers come.

#include <cupti.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/simgpu/activity_forms.h"
#include "tests/simgpu/environment.h"
#include "tests/simgpu/faults.h"
#include "tests/simgpu/library.h"
#include "tests/simgpu/tape.h"

namespace {

struct Buffer {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::size_t used = 0;
};

/// Never destroyed: kernels may be launched while the process exits.
struct Activity {
  std::mutex mutex;  // held while buffers are asked for and handed over, as the library's own is
  CUpti_BuffersCallbackRequestFunc want_buffer = nullptr;
  CUpti_BuffersCallbackCompleteFunc buffer_full = nullptr;
  std::array<std::atomic<bool>, CUPTI_ACTIVITY_KIND_COUNT> enabled{};
  std::map<std::thread::id, Buffer> open;
  std::deque<std::vector<Buffer>> late{1};  // those of the flush to come are the last
  std::vector<simgpu::Record> held;         // with `reverse`
  std::uint64_t kernels = 0;
  std::atomic<std::size_t> dropped{0};
  std::mutex taped_mutex;                      // buffers may be read while they are handed over
  std::map<const void*, std::uint32_t> taped;  // of a tape's records, their bytes
};
Activity& activity() {
  static auto& the_activity = *new Activity;
  return the_activity;
}

void give(const Buffer& buffer) {
  activity().buffer_full(nullptr, 0, buffer.data, buffer.size, buffer.used);
}

void hand_over(Buffer& buffer) {
  if (buffer.data == nullptr) return;
  if (simgpu::record_faults().late > 0)
    activity().late.back().push_back(buffer);
  else
    give(buffer);
  buffer = {};
}

void keep(const simgpu::Record& record) {
  Activity& now = activity();
  const bool own = simgpu::record_faults().thread_buffers;
  Buffer& buffer = now.open[own ? std::this_thread::get_id() : std::thread::id{}];
  if (buffer.data != nullptr && buffer.used + record.size() > buffer.size) hand_over(buffer);
  if (buffer.data == nullptr) {
    std::size_t most = 0;
    if (now.want_buffer != nullptr) now.want_buffer(&buffer.data, &buffer.size, &most);
    if (buffer.data == nullptr) {
      ++now.dropped;
      return;
    }
  }
  std::memcpy(buffer.data + buffer.used, record.data(), record.size());
  if (simgpu::tape() != nullptr) {
    const std::lock_guard lock(now.taped_mutex);
    now.taped[buffer.data + buffer.used] = static_cast<std::uint32_t>(record.size());
  }
  buffer.used += record.size();
}

void keep_or_hold(simgpu::Record record) {
  if (simgpu::record_faults().reverse)
    activity().held.push_back(std::move(record));
  else
    keep(record);
}

bool is_enabled(CUpti_ActivityKind kind) { return activity().enabled[kind]; }

/// The kinds that the stand-in has records of.
bool is_known(CUpti_ActivityKind kind) {
  return kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL || kind == CUPTI_ACTIVITY_KIND_DEVICE ||
         kind == CUPTI_ACTIVITY_KIND_MEMCPY || kind == CUPTI_ACTIVITY_KIND_MEMSET ||
         kind == CUPTI_ACTIVITY_KIND_GRAPH_TRACE;
}

std::size_t bytes_of(const CUpti_Activity* record) {
  if (simgpu::tape() == nullptr) return simgpu::size_of(record->kind);
  const std::lock_guard lock(activity().taped_mutex);
  const auto found = activity().taped.find(record);
  return found == activity().taped.end() ? 0 : found->second;
}

void flush_late(std::size_t most) {
  auto& late = activity().late;
  late.emplace_back();
  while (late.size() > most + 1) {
    for (const Buffer& buffer : late.front()) give(buffer);
    late.pop_front();
  }
}

}  // namespace

namespace simgpu {

void record_kernel(const RunKernel& kernel) {
  if (!is_enabled(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL)) return;
  if (kernel.work.graph != 0 && is_enabled(CUPTI_ACTIVITY_KIND_GRAPH_TRACE)) return;
  const RecordFaults& faults = record_faults();
  const std::lock_guard lock(activity().mutex);
  const std::uint64_t number = ++activity().kernels;
  if (faults.drop_each != 0 && number % faults.drop_each == 0) {
    ++activity().dropped;
    return;
  }
  RunKernel told = kernel;
  if (faults.zero_each != 0 && number % faults.zero_each == 0)
    told.work.started_at = told.work.ended_at = 0;
  keep_or_hold(kernel_record(told));
}

void record_copy(const RunCopy& copy) {
  if (!is_enabled(copy.sets ? CUPTI_ACTIVITY_KIND_MEMSET : CUPTI_ACTIVITY_KIND_MEMCPY)) return;
  const std::lock_guard lock(activity().mutex);
  keep_or_hold(copy_record(copy));
}

void record_taped(Record record) {
  const std::lock_guard lock(activity().mutex);
  keep_or_hold(std::move(record));
}

void record_graph(const RunGraph& graph) {
  if (!is_enabled(CUPTI_ACTIVITY_KIND_GRAPH_TRACE)) return;
  const std::lock_guard lock(activity().mutex);
  keep_or_hold(graph_record(graph));
}

}  // namespace simgpu

extern "C" {

CUptiResult cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc want,
                                           CUpti_BuffersCallbackCompleteFunc full) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (want == nullptr || full == nullptr) return CUPTI_ERROR_INVALID_PARAMETER;
  const std::lock_guard lock(activity().mutex);
  activity().want_buffer = want;
  activity().buffer_full = full;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityEnable(CUpti_ActivityKind kind) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_known(kind)) return CUPTI_ERROR_INVALID_KIND;
  const std::lock_guard lock(activity().mutex);
  activity().enabled[kind] = true;
  simgpu::watch();
  if (kind != CUPTI_ACTIVITY_KIND_DEVICE || simgpu::tape() != nullptr) return CUPTI_SUCCESS;
  for (int device = 0; device < simgpu_device_count(); ++device)
    keep(simgpu::device_record(device));
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityDisable(CUpti_ActivityKind kind) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_known(kind)) return CUPTI_ERROR_INVALID_KIND;
  activity().enabled[kind] = false;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityFlushAll(std::uint32_t flag) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const bool forced = (flag & CUPTI_ACTIVITY_FLAG_FLUSH_FORCED) != 0;
  std::this_thread::sleep_for(
      std::chrono::milliseconds(simgpu::number_in("SIMGPU_SLOW_FLUSH_MS", 0)));
  Activity& now = activity();
  const std::lock_guard lock(now.mutex);
  if (!now.held.empty() && !forced) return CUPTI_SUCCESS;
  for (; !now.held.empty(); now.held.pop_back()) keep(now.held.back());
  for (auto& [thread, buffer] : now.open) hand_over(buffer);
  now.open.clear();
  flush_late(forced ? 0 : simgpu::record_faults().late);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNextRecord(std::uint8_t* buffer, std::size_t used,
                                       CUpti_Activity** record) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  auto* next =
      *record == nullptr ? buffer : reinterpret_cast<std::uint8_t*>(*record) + bytes_of(*record);
  if (next >= buffer + used) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  if (bytes_of(reinterpret_cast<CUpti_Activity*>(next)) == 0) return CUPTI_ERROR_INVALID_KIND;
  *record = reinterpret_cast<CUpti_Activity*>(next);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNumDroppedRecords(CUcontext, std::uint32_t, std::size_t* dropped) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  *dropped = activity().dropped.exchange(0);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetTimestamp(std::uint64_t* timestamp) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  *timestamp =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  return CUPTI_SUCCESS;
}
}
