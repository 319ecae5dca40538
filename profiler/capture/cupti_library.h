#pragma once

#include <cupti.h>

#include <cstdint>
#include <optional>
#include <string>

namespace flopprof::capture {

/// The functions of the profiling library that we call. It is opened at run time: one build of ours
/// serves machines with and without a GPU.
struct CuptiLibrary {
  std::string path;
  void* handle = nullptr;     ///< of dlopen(); never closed
  std::uint32_t version = 0;  ///< 130001 for 13.0; 0: not asked yet
  decltype(&cuptiGetVersion) get_version = nullptr;
  decltype(&cuptiSubscribe) subscribe = nullptr;
  decltype(&cuptiSubscribe_v2) subscribe_v2 = nullptr;  ///< from CUDA 13 on; may be null
  decltype(&cuptiUnsubscribe) unsubscribe = nullptr;
  decltype(&cuptiEnableCallback) enable_callback = nullptr;
  decltype(&cuptiActivityRegisterCallbacks) register_callbacks = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityDisable) disable = nullptr;
  decltype(&cuptiActivityFlushAll) flush_all = nullptr;
  decltype(&cuptiActivityGetNextRecord) next_record = nullptr;
  decltype(&cuptiActivityGetNumDroppedRecords) dropped_records = nullptr;
  decltype(&cuptiGetResultString) result_string = nullptr;
  decltype(&cuptiGetContextId) get_context_id = nullptr;  ///< for tapes; may be null, as may be:
  decltype(&cuptiGetDeviceId) get_device_id = nullptr;
};

/// The copy that the job has mapped already, since a second one would be a second subscriber; else
/// the first of cupti_candidates() that is not newer than the driver. Nothing where there is none.
std::optional<CuptiLibrary> open_cupti();

/// The driver's CUDA version, 13000 for 13.0; 0: not known.
int driver_version();

}  // namespace flopprof::capture
