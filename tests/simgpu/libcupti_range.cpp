// The stand-in for the profiling library: the range profiler. counts.h says what ranges count.

#include <cupti.h>
#include <cupti_range_profiler.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/simgpu/faults.h"
#include "tests/simgpu/library.h"
#include "tests/simgpu/params.h"
#include "tests/simgpu/range_session.h"
#include "tests/simgpu/real_cupti.h"

struct CUpti_RangeProfiler_Object {
  simgpu::RangeSession session;
};

namespace {

using simgpu::is_whole;
using simgpu::RangeSession;

/// Never destroyed: it may be used while the process exits.
struct Profilers {
  std::mutex mutex;
  std::vector<std::unique_ptr<CUpti_RangeProfiler_Object>> all;
};
Profilers& profilers() {
  static auto& the_profilers = *new Profilers;
  return the_profilers;
}

bool lives(CUcontext context) {
  std::uint32_t id = 0;
  int device = 0;
  return simgpu_context(context, &id, &device);
}

const char* chip_of(CUcontext context) {
  std::uint32_t id = 0;
  int device = 0;
  simgpu_context(context, &id, &device);
  return simgpu_chip_of(device);
}

bool is_known(const CUpti_RangeProfiler_Object* object) {
  for (const auto& one : profilers().all) {
    if (one.get() == object) return true;
  }
  return false;
}

/// Calls `act` with the session of the struct's object, where all of that is as it has to be.
template <typename Params, typename Act>
CUptiResult with_session(Params* params, std::size_t size, Act act) {
  if (!is_whole(params, size)) return CUPTI_ERROR_INVALID_PARAMETER;
  const std::lock_guard lock(profilers().mutex);
  if (!is_known(params->pRangeProfilerObject)) return CUPTI_ERROR_INVALID_PARAMETER;
  RangeSession& session = params->pRangeProfilerObject->session;
  if (!lives(session.context())) return CUPTI_ERROR_INVALID_CONTEXT;
  return act(session);
}

std::optional<simgpu::CounterImage> image_in(const std::uint8_t* memory, std::size_t size) {
  return simgpu::CounterImage::at(memory, size);
}

}  // namespace

extern "C" {

CUptiResult cuptiRangeProfilerEnable(CUpti_RangeProfiler_Enable_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (!simgpu::is_initialized()) return CUPTI_ERROR_NOT_INITIALIZED;
  const CUcontext context = params->ctx == nullptr ? simgpu_current_context() : params->ctx;
  if (!lives(context)) return CUPTI_ERROR_INVALID_CONTEXT;
  const std::lock_guard lock(profilers().mutex);
  for (const auto& one : profilers().all) {
    if (one->session.context() == context) return CUPTI_ERROR_INVALID_OPERATION;
  }
  profilers().all.push_back(std::make_unique<CUpti_RangeProfiler_Object>(RangeSession(context)));
  params->pRangeProfilerObject = profilers().all.back().get();
  simgpu::watch();
  return CUPTI_SUCCESS;
}

/// Taken for a context that has ended, too.
CUptiResult cuptiRangeProfilerDisable(CUpti_RangeProfiler_Disable_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_RangeProfiler_Disable_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  const std::lock_guard lock(profilers().mutex);
  const auto erased = std::erase_if(
      profilers().all, [&](const auto& one) { return one.get() == params->pRangeProfilerObject; });
  return erased == 1 ? CUPTI_SUCCESS : CUPTI_ERROR_INVALID_PARAMETER;
}

CUptiResult cuptiRangeProfilerGetCounterDataSize(
    CUpti_RangeProfiler_GetCounterDataSize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(
      params, CUpti_RangeProfiler_GetCounterDataSize_Params_STRUCT_SIZE,
      [&](RangeSession& session) { return session.size_image(*params, params->counterDataSize); });
}

CUptiResult cuptiRangeProfilerCounterDataImageInitialize(
    CUpti_RangeProfiler_CounterDataImage_Initialize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_CounterDataImage_Initialize_Params_STRUCT_SIZE,
                      [&](RangeSession& session) {
                        return session.make_image(params->pCounterData, params->counterDataSize);
                      });
}

CUptiResult cuptiRangeProfilerSetConfig(CUpti_RangeProfiler_SetConfig_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_SetConfig_Params_STRUCT_SIZE,
                      [&](RangeSession& session) {
                        return session.configure(*params, chip_of(session.context()));
                      });
}

CUptiResult cuptiRangeProfilerStart(CUpti_RangeProfiler_Start_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_Start_Params_STRUCT_SIZE,
                      [](RangeSession& session) { return session.start(); });
}

CUptiResult cuptiRangeProfilerStop(CUpti_RangeProfiler_Stop_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_Stop_Params_STRUCT_SIZE,
                      [&](RangeSession& session) {
                        bool was_last = false;
                        const CUptiResult result = session.stop(params->passIndex, was_last);
                        params->targetNestingLevel = 1;
                        params->isAllPassSubmitted = was_last ? 1 : 0;
                        return result;
                      });
}

CUptiResult cuptiRangeProfilerPushRange(CUpti_RangeProfiler_PushRange_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_PushRange_Params_STRUCT_SIZE,
                      [&](RangeSession& session) { return session.push(params->pRangeName); });
}

CUptiResult cuptiRangeProfilerPopRange(CUpti_RangeProfiler_PopRange_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_PopRange_Params_STRUCT_SIZE,
                      [](RangeSession& session) { return session.pop(); });
}

/// Waits for the context, as the real one does.
CUptiResult cuptiRangeProfilerDecodeData(CUpti_RangeProfiler_DecodeData_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return with_session(params, CUpti_RangeProfiler_DecodeData_Params_STRUCT_SIZE,
                      [&](RangeSession& session) {
                        simgpu_wait(session.context());
                        return session.decode(params->numOfRangeDropped);
                      });
}

CUptiResult cuptiRangeProfilerGetCounterDataInfo(
    CUpti_RangeProfiler_GetCounterDataInfo_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_RangeProfiler_GetCounterDataInfo_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  const auto image = image_in(params->pCounterDataImage, params->counterDataImageSize);
  if (!image && simgpu::real_cupti() != nullptr) return simgpu::real_cupti()->data_info(params);
  if (!image) return CUPTI_ERROR_INVALID_PARAMETER;
  params->numTotalRanges = image->ranges();
  return CUPTI_SUCCESS;
}

CUptiResult cuptiRangeProfilerCounterDataGetRangeInfo(
    CUpti_RangeProfiler_CounterData_GetRangeInfo_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  const auto image = image_in(params->pCounterDataImage, params->counterDataImageSize);
  if (!image && simgpu::real_cupti() != nullptr) return simgpu::real_cupti()->range_info(params);
  if (!image || params->rangeIndex >= image->ranges()) return CUPTI_ERROR_INVALID_PARAMETER;
  params->rangeName = image->range_name(params->rangeIndex);
  return CUPTI_SUCCESS;
}
}
