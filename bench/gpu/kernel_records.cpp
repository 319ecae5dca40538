#include "bench/gpu/kernel_records.h"

#include "bench/gpu/answer.h"
#include "profiler/capture/activity_buffers.h"
#include "profiler/capture/cupti_subscription.h"

namespace flopprof::gpu {
namespace {

capture::ActivityBuffers& buffers() {
  static auto& all = *new capture::ActivityBuffers;  // CUPTI may call after main() has returned
  return all;
}

void CUPTIAPI on_buffer_wanted(std::uint8_t** data, std::size_t* size, std::size_t* records) {
  *data = buffers().take();
  *size = *data == nullptr ? 0 : capture::ActivityBuffers::kBytes;
  *records = 0;
}

void CUPTIAPI on_buffer_full(CUcontext context, std::uint32_t stream, std::uint8_t* data,
                             std::size_t, std::size_t used) {
  buffers().filled({.data = data, .used = used, .context = context, .stream = stream});
}

}  // namespace

void check(const capture::CuptiLibrary& cupti, CUptiResult result, const char* call) {
  if (result != CUPTI_SUCCESS)
    throw Refused(std::string(call) + ": " + capture::text_of(cupti, result));
}

KernelRecords::KernelRecords(const capture::CuptiLibrary& cupti) : cupti_(cupti) {
  check(cupti, cupti.register_callbacks(on_buffer_wanted, on_buffer_full),
        "ActivityRegisterCallbacks");
  check(cupti, cupti.enable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL),
        "ActivityEnable(CONCURRENT_KERNEL)");
}

KernelRecords::~KernelRecords() {
  cupti_.disable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  cupti_.flush_all(0);
  for (const capture::FullBuffer& buffer : buffers().take_full()) buffers().give_back(buffer.data);
}

std::vector<KernelRecord> KernelRecords::take() {
  check(cupti_, cupti_.flush_all(0), "ActivityFlushAll");
  std::vector<KernelRecord> records;
  for (const capture::FullBuffer& buffer : buffers().take_full()) {
    CUpti_Activity* next = nullptr;
    while (cupti_.next_record(buffer.data, buffer.used, &next) == CUPTI_SUCCESS) {
      if (next->kind != CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) continue;
      const auto& kernel = *reinterpret_cast<const CUpti_ActivityKernel10*>(next);
      records.push_back({.kernel = kernel.name == nullptr ? "" : kernel.name,
                         .correlation = kernel.correlationId,
                         .us = static_cast<double>(kernel.end - kernel.start) / 1e3,
                         .without_time = kernel.start == 0});
    }
    buffers().give_back(buffer.data);
  }
  return records;
}

std::size_t KernelRecords::dropped() const {
  std::size_t count = 0;
  check(cupti_, cupti_.dropped_records(nullptr, 0, &count), "ActivityGetNumDroppedRecords");
  return count;
}

}  // namespace flopprof::gpu
