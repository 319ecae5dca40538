#include "tests/simgpu/activity_forms.h"

#include <cstring>

#include "tests/simgpu/faults.h"

namespace simgpu {
namespace {

// Kernel9 is what Kernel10 begins with; the forms after it, which the header of 13.0 does not know,
// are longer.
static_assert(offsetof(CUpti_ActivityKernel10, maxActiveClusters) ==
              offsetof(CUpti_ActivityKernel9, maxActiveClusters));
constexpr std::size_t kKernel11Bytes = sizeof(CUpti_ActivityKernel10) + 8;
constexpr std::size_t kKernel12Bytes = sizeof(CUpti_ActivityKernel10) + 24;
constexpr std::uint8_t kUnknown = 0xee;

std::size_t kernel_bytes() {
  if (cupti_version() < 130000) return sizeof(CUpti_ActivityKernel9);
  if (cupti_version() < 130100) return sizeof(CUpti_ActivityKernel10);
  return cupti_version() < 130200 ? kKernel11Bytes : kKernel12Bytes;
}

template <typename Form>
Record bytes_of(const Form& form, std::size_t bytes = sizeof(Form)) {
  Record record(bytes, kUnknown);
  std::memcpy(record.data(), &form, std::min(bytes, sizeof form));
  return record;
}

template <typename Form>
void place(Form& form, const Work& work) {
  form.start = work.started_at;
  form.end = work.ended_at;
  form.deviceId = work.device;
  form.contextId = work.context;
  form.streamId = work.stream;
  form.correlationId = work.correlation;
  form.graphId = work.graph;
}

template <typename Form>
Record device_form(int device) {
  const int capability = simgpu_capability_of(device);
  Form form{};
  form.kind = CUPTI_ACTIVITY_KIND_DEVICE;
  form.id = static_cast<std::uint32_t>(device);
  form.name = simgpu_device_name();
  form.uuid.bytes[15] = static_cast<char>(device + 1);
  form.computeCapabilityMajor = static_cast<std::uint32_t>(capability / 10);
  form.computeCapabilityMinor = static_cast<std::uint32_t>(capability % 10);
  form.numMultiprocessors = 132;
  return bytes_of(form);
}

}  // namespace

Record kernel_record(const RunKernel& kernel) {
  CUpti_ActivityKernel10 form{};
  form.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  place(form, kernel.work);
  form.completed = kernel.work.ended_at;
  form.graphNodeId = kernel.work.graph_node;
  form.gridX = static_cast<std::int32_t>(kernel.grid.x);
  form.gridY = static_cast<std::int32_t>(kernel.grid.y);
  form.gridZ = static_cast<std::int32_t>(kernel.grid.z);
  form.blockX = static_cast<std::int32_t>(kernel.block.x);
  form.blockY = static_cast<std::int32_t>(kernel.block.y);
  form.blockZ = static_cast<std::int32_t>(kernel.block.z);
  form.clusterX = kernel.cluster.x;
  form.clusterY = kernel.cluster.y;
  form.clusterZ = kernel.cluster.z;
  form.dynamicSharedMemory = static_cast<std::int32_t>(kernel.shared_memory);
  form.name = kernel.name;
  return bytes_of(form, kernel_bytes());
}

Record copy_record(const RunCopy& copy) {
  if (copy.sets) {
    CUpti_ActivityMemset4 form{};
    form.kind = CUPTI_ACTIVITY_KIND_MEMSET;
    form.bytes = copy.bytes;
    form.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
    place(form, copy.work);
    return bytes_of(form);
  }
  CUpti_ActivityMemcpy6 form{};
  form.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
  form.copyKind = static_cast<std::uint8_t>(copy.kind);
  form.bytes = copy.bytes;
  form.copyCount = 1;
  place(form, copy.work);
  return bytes_of(form);
}

Record graph_record(const RunGraph& graph) {
  CUpti_ActivityGraphTrace2 form{};
  form.kind = CUPTI_ACTIVITY_KIND_GRAPH_TRACE;
  place(form, graph.work);
  form.endDeviceId = graph.work.device + (record_faults().split_graphs ? 1 : 0);
  form.endContextId = graph.work.context;
  return bytes_of(form);
}

Record device_record(int device) {
  return cupti_version() < 130000 ? device_form<CUpti_ActivityDevice4>(device)
                                  : device_form<CUpti_ActivityDevice5>(device);
}

std::size_t size_of(CUpti_ActivityKind kind) {
  switch (kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
      return kernel_bytes();
    case CUPTI_ACTIVITY_KIND_MEMCPY:
      return sizeof(CUpti_ActivityMemcpy6);
    case CUPTI_ACTIVITY_KIND_MEMSET:
      return sizeof(CUpti_ActivityMemset4);
    case CUPTI_ACTIVITY_KIND_GRAPH_TRACE:
      return sizeof(CUpti_ActivityGraphTrace2);
    case CUPTI_ACTIVITY_KIND_DEVICE:
      return cupti_version() < 130000 ? sizeof(CUpti_ActivityDevice4)
                                      : sizeof(CUpti_ActivityDevice5);
    default:
      return 0;
  }
}

}  // namespace simgpu
