#include "profiler/capture/activity_records.h"

#include <fmt/format.h>

#include <cstddef>
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

void translate_kernel(const CUpti_ActivityKernel10& record, steps::KernelLedger& kernels) {
  const std::string_view name = record.name == nullptr ? "" : record.name;
  kernels.add({.kernel = kernels.number_of(name),
               .device = record.deviceId,
               .correlation = record.correlationId,
               .in_graph = record.graphId != 0,
               .started_at = static_cast<std::int64_t>(record.start),
               .ended_at = static_cast<std::int64_t>(record.end)});
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

}  // namespace

bool translate(NextRecord next, std::uint8_t* buffer, std::size_t used, const RecordSink& sink) {
  CUpti_Activity* record = nullptr;
  while (true) {
    const CUptiResult result = next(buffer, used, &record);
    if (result == CUPTI_ERROR_MAX_LIMIT_REACHED) return true;
    if (result != CUPTI_SUCCESS) return false;
    if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
      translate_kernel(*reinterpret_cast<const CUpti_ActivityKernel10*>(record), sink.kernels);
    } else if (record->kind == CUPTI_ACTIVITY_KIND_DEVICE && sink.reads_devices) {
      const GpuDevice device = device_of(*reinterpret_cast<const CUpti_ActivityDevice5*>(record));
      sink.devices[device.device] = device;
    }
  }
}

}  // namespace flopprof::capture
