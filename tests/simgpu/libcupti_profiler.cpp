// The stand-in for the profiling library: what the profilers ask of a device before they begin.
// SIMGPU_UNSUPPORTED names what its devices stand behind, one of: architecture, sli, vgpu,
// confidential_compute, cmp, wsl.

#include <cupti.h>
#include <cupti_pcsampling.h>
#include <cupti_profiler_target.h>
#include <cupti_target.h>

#include <atomic>
#include <cstring>
#include <string>

#include "tests/simgpu/environment.h"
#include "tests/simgpu/faults.h"
#include "tests/simgpu/library.h"
#include "tests/simgpu/params.h"
#include "tests/simgpu/real_cupti.h"

namespace {

using simgpu::is_whole;

std::atomic<int> initialized{0};

CUpti_Profiler_Support_Level level(const char* name) {
  return simgpu::text_in("SIMGPU_UNSUPPORTED") == name ? CUPTI_PROFILER_CONFIGURATION_UNSUPPORTED
                                                       : CUPTI_PROFILER_CONFIGURATION_SUPPORTED;
}

}  // namespace

namespace simgpu {

bool is_initialized() { return initialized > 0; }

}  // namespace simgpu

extern "C" {

CUptiResult cuptiProfilerInitialize(CUpti_Profiler_Initialize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_Initialize_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  ++initialized;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiProfilerDeInitialize(CUpti_Profiler_DeInitialize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_DeInitialize_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (!simgpu::is_initialized()) return CUPTI_ERROR_NOT_INITIALIZED;
  --initialized;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiProfilerDeviceSupported(CUpti_Profiler_DeviceSupported_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_DeviceSupported_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (params->cuDevice < 0 || params->cuDevice >= simgpu_device_count())
    return CUPTI_ERROR_INVALID_DEVICE;
  params->architecture = simgpu_capability_of(params->cuDevice) >= 75
                             ? level("architecture")
                             : CUPTI_PROFILER_CONFIGURATION_UNSUPPORTED;
  params->sli = level("sli");
  params->vGpu = level("vgpu");
  params->confidentialCompute = level("confidential_compute");
  params->cmp = level("cmp");
  params->wsl = level("wsl");
  const bool all = params->architecture == CUPTI_PROFILER_CONFIGURATION_SUPPORTED &&
                   simgpu::text_in("SIMGPU_UNSUPPORTED").empty();
  params->isSupported =
      all ? CUPTI_PROFILER_CONFIGURATION_SUPPORTED : CUPTI_PROFILER_CONFIGURATION_UNSUPPORTED;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiDeviceGetChipName(CUpti_Device_GetChipName_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Device_GetChipName_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (params->deviceIndex >= static_cast<std::size_t>(simgpu_device_count()))
    return CUPTI_ERROR_INVALID_DEVICE;
  params->pChipName = simgpu_chip_of(static_cast<int>(params->deviceIndex));
  return CUPTI_SUCCESS;
}

/// An image of the stand-in's own, which its host side takes back.
CUptiResult cuptiProfilerGetCounterAvailability(
    CUpti_Profiler_GetCounterAvailability_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_GetCounterAvailability_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (!simgpu::is_initialized()) return CUPTI_ERROR_NOT_INITIALIZED;
  const CUcontext context = params->ctx == nullptr ? simgpu_current_context() : params->ctx;
  std::uint32_t id = 0;
  int device = 0;
  if (!simgpu_context(context, &id, &device)) return CUPTI_ERROR_INVALID_CONTEXT;
  const std::string image = std::string(simgpu::kAvailability) + simgpu_chip_of(device);
  if (params->pCounterAvailabilityImage != nullptr) {
    if (params->counterAvailabilityImageSize < image.size() + 1)
      return CUPTI_ERROR_PARAMETER_SIZE_NOT_SUFFICIENT;
    std::memcpy(params->pCounterAvailabilityImage, image.c_str(), image.size() + 1);
  }
  params->counterAvailabilityImageSize = image.size() + 1;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetCubinCrc(CUpti_GetCubinCrcParams* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (simgpu::real_cupti() == nullptr) return CUPTI_ERROR_API_NOT_IMPLEMENTED;
  return simgpu::real_cupti()->cubin_crc(params);
}
}
