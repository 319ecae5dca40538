#pragma once

#include <cuda.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace flopprof::capture {

/// The functions of the driver that we call ourselves, in the job's process.
struct Driver {
  decltype(&cuCtxPushCurrent) push_context = nullptr;
  decltype(&cuCtxPopCurrent) pop_context = nullptr;
  decltype(&cuEventCreate) create_event = nullptr;
  decltype(&cuEventDestroy) destroy_event = nullptr;
  decltype(&cuEventQuery) query_event = nullptr;
  decltype(&cuStreamIsCapturing) is_capturing = nullptr;
  decltype(&cuCtxRecordEvent) record_context = nullptr;  ///< from CUDA 12.5 on; may be null
};

/// Of the copy that the job has mapped; nothing where there is none.
std::optional<Driver> find_driver();

/// A device as the driver numbers it for this process.
struct DriverDevice {
  int ordinal = 0;
  std::string name;
  std::string uuid;  ///< "12345678-9abc-…": what follows "GPU-", or "MIG-" of a part of one
  bool has_primary_context = false;
};

/// Makes no context. Nothing where the driver is not mapped, or has not begun.
std::vector<DriverDevice> driver_devices();

/// Waits until all that `context` was asked to do is done, `at_most` so long; false when that was
/// not enough, or where it cannot be told. Never waits without an end, as a synchronisation would:
/// what the context does may wait for what the job's threads are yet to do.
///
/// Not while a stream of the context is being captured: that would end the capture.
bool wait_until_idle(const Driver& driver, CUcontext context, std::chrono::nanoseconds at_most);

}  // namespace flopprof::capture
