#include "profiler/capture/activity_records.h"

#include <fmt/format.h>

#include <climits>
#include <cstddef>
#include <optional>
#include <string_view>

namespace flopprof::capture {
namespace {

// A library writes the newest form of a record that it knows. The forms of CUDA 12 and 13 have the
// fields that we read in the same places; later ones add behind them.
static_assert(offsetof(CUpti_ActivityKernel10, start) == offsetof(CUpti_ActivityKernel9, start));
static_assert(offsetof(CUpti_ActivityKernel10, correlationId) ==
              offsetof(CUpti_ActivityKernel9, correlationId));
static_assert(offsetof(CUpti_ActivityKernel10, name) == offsetof(CUpti_ActivityKernel9, name));
static_assert(offsetof(CUpti_ActivityKernel10, graphId) ==
              offsetof(CUpti_ActivityKernel9, graphId));
static_assert(offsetof(CUpti_ActivityGraphTrace2, streamId) ==
              offsetof(CUpti_ActivityGraphTrace, streamId));

TimelineKernel on_the_timeline(const CUpti_ActivityKernel10& record, std::int64_t step) {
  return {.kernel = record.name == nullptr ? "" : record.name,
          .step = step,
          .device = record.deviceId,
          .context = record.contextId,
          .stream = record.streamId,
          .correlation = record.correlationId,
          .started_at_ns = static_cast<std::int64_t>(record.start),
          .ended_at_ns = static_cast<std::int64_t>(record.end),
          .grid = {record.gridX, record.gridY, record.gridZ},
          .block = {record.blockX, record.blockY, record.blockZ},
          .registers_a_thread = record.registersPerThread,
          .static_shared_bytes = record.staticSharedMemory,
          .dynamic_shared_bytes = record.dynamicSharedMemory};
}

void translate_kernel(const CUpti_ActivityKernel10& record, const RecordSink& sink) {
  const std::string_view name = record.name == nullptr ? "" : record.name;
  const steps::LaunchInterval* its =
      sink.kernels.add({.kernel = sink.kernels.number_of(name),
                        .device = record.deviceId,
                        .correlation = record.correlationId,
                        .in_graph = record.graphId != 0,
                        .started_at = static_cast<std::int64_t>(record.start),
                        .ended_at = static_cast<std::int64_t>(record.end)});
  if (its == nullptr || !its->timeline_step || !sink.timeline) return;
  if (its->closed && its->step != *its->timeline_step) return;  // it was work outside steps
  sink.timeline(on_the_timeline(record, *its->timeline_step));
}

/// One that begins or ends on the host, or on another device than it began on, is no single
/// device's. Before CUDA 13 the record need not say where it ended.
std::optional<std::uint32_t> device_of(const CUpti_ActivityGraphTrace2& record, bool has_end) {
  if (record.deviceId == INT_MAX) return std::nullopt;
  if (has_end && record.endDeviceId != record.deviceId) return std::nullopt;
  return record.deviceId;
}

void translate_graph(const CUpti_ActivityGraphTrace2& record, const RecordSink& sink) {
  sink.kernels.add(GraphRecord{.device = device_of(record, sink.has_forms_of_13),
                               .correlation = record.correlationId,
                               .started_at = static_cast<std::int64_t>(record.start),
                               .ended_at = static_cast<std::int64_t>(record.end)});
}

/// CUpti_ActivityMemcpy6 and CUpti_ActivityMemset4.
template <typename Record>
void translate_copy(const Record& record, steps::KernelLedger& kernels) {
  kernels.add(CopyRecord{.device = record.deviceId,
                         .correlation = record.correlationId,
                         .started_at = static_cast<std::int64_t>(record.start),
                         .ended_at = static_cast<std::int64_t>(record.end),
                         .bytes = static_cast<std::int64_t>(record.bytes)});
}

std::string uuid_text(const CUuuid& uuid) {
  std::string text = "GPU";
  for (std::size_t at = 0; at < sizeof uuid.bytes; ++at) {
    if (at == 0 || at == 4 || at == 6 || at == 8 || at == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[at]));
  }
  return text;
}

GpuDevice device_of(const CUpti_ActivityDevice5& record) {
  return {.device = record.id,
          .name = record.name == nullptr ? "" : record.name,
          .uuid = uuid_text(record.uuid)};
}

void translate_one(const CUpti_Activity& record, const RecordSink& sink) {
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
      translate_kernel(reinterpret_cast<const CUpti_ActivityKernel10&>(record), sink);
      break;
    case CUPTI_ACTIVITY_KIND_MEMCPY:
      translate_copy(reinterpret_cast<const CUpti_ActivityMemcpy6&>(record), sink.kernels);
      break;
    case CUPTI_ACTIVITY_KIND_MEMSET:
      translate_copy(reinterpret_cast<const CUpti_ActivityMemset4&>(record), sink.kernels);
      break;
    case CUPTI_ACTIVITY_KIND_GRAPH_TRACE:
      translate_graph(reinterpret_cast<const CUpti_ActivityGraphTrace2&>(record), sink);
      break;
    case CUPTI_ACTIVITY_KIND_DEVICE:
      if (sink.has_forms_of_13) {
        const GpuDevice device = device_of(reinterpret_cast<const CUpti_ActivityDevice5&>(record));
        sink.devices[device.device] = device;
      }
      break;
    default:
      break;
  }
}

}  // namespace

bool translate(NextRecord next, std::uint8_t* buffer, std::size_t used, const RecordSink& sink) {
  CUpti_Activity* record = nullptr;
  while (true) {
    const CUptiResult result = next(buffer, used, &record);
    if (result == CUPTI_ERROR_MAX_LIMIT_REACHED) return true;
    if (result != CUPTI_SUCCESS) return false;
    translate_one(*record, sink);
  }
}

}  // namespace flopprof::capture
