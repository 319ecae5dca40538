// The stand-in for the profiling library: its host side, which is the real one's. Only what the
// stand-in counted itself it evaluates itself.

#include <cupti.h>
#include <cupti_profiler_host.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/simgpu/config_image.h"
#include "tests/simgpu/counter_image.h"
#include "tests/simgpu/counts.h"
#include "tests/simgpu/faults.h"
#include "tests/simgpu/library.h"
#include "tests/simgpu/params.h"
#include "tests/simgpu/real_cupti.h"

namespace {

using simgpu::is_whole;
using simgpu::RealCupti;

/// Which metrics a host object was given.
struct Hosts {
  std::mutex mutex;
  std::map<CUpti_Profiler_Host_Object*, std::vector<std::string>> metrics;
};
Hosts& hosts() {
  static auto& all = *new Hosts;
  return all;
}

template <typename Function, typename Params>
CUptiResult forwarded(Function RealCupti::* function, Params* params) {
  const RealCupti* real = simgpu::real_cupti();
  return real == nullptr ? CUPTI_ERROR_API_NOT_IMPLEMENTED : (real->*function)(params);
}

bool is_ours(const std::uint8_t* availability) {
  return std::strncmp(reinterpret_cast<const char*>(availability), simgpu::kAvailability,
                      std::strlen(simgpu::kAvailability)) == 0;
}

CUptiResult evaluated(const simgpu::CounterImage& image,
                      const CUpti_Profiler_Host_EvaluateToGpuValues_Params& params) {
  if (params.rangeIndex >= image.ranges()) return CUPTI_ERROR_INVALID_PARAMETER;
  const auto metrics = image.metrics();
  const auto values = image.range(params.rangeIndex).values;
  for (std::size_t asked = 0; asked < params.numMetrics; ++asked) {
    params.pMetricValues[asked] = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t at = 0; at < metrics.size(); ++at) {
      if (simgpu::base_of(metrics[at]) == simgpu::base_of(params.ppMetricNames[asked]))
        params.pMetricValues[asked] = values[at];
    }
  }
  return CUPTI_SUCCESS;
}

}  // namespace

extern "C" {

/// The real one cannot read what the stand-in says of its counters; all of them are there.
CUptiResult cuptiProfilerHostInitialize(CUpti_Profiler_Host_Initialize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_Host_Initialize_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  CUpti_Profiler_Host_Initialize_Params told = *params;
  if (told.pCounterAvailabilityImage != nullptr && is_ours(told.pCounterAvailabilityImage))
    told.pCounterAvailabilityImage = nullptr;
  const CUptiResult result = forwarded(&RealCupti::initialize, &told);
  params->pHostObject = told.pHostObject;
  return result;
}

CUptiResult cuptiProfilerHostDeinitialize(CUpti_Profiler_Host_Deinitialize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (params != nullptr) {
    const std::lock_guard lock(hosts().mutex);
    hosts().metrics.erase(params->pHostObject);
  }
  return forwarded(&RealCupti::deinitialize, params);
}

CUptiResult cuptiProfilerHostConfigAddMetrics(CUpti_Profiler_Host_ConfigAddMetrics_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const CUptiResult result = forwarded(&RealCupti::add_metrics, params);
  if (result != CUPTI_SUCCESS) return result;
  const std::lock_guard lock(hosts().mutex);
  auto& metrics = hosts().metrics[params->pHostObject];
  metrics.insert(metrics.end(), params->ppMetricNames, params->ppMetricNames + params->numMetrics);
  return result;
}

CUptiResult cuptiProfilerHostGetConfigImage(CUpti_Profiler_Host_GetConfigImage_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  const CUptiResult result = forwarded(&RealCupti::config_image, params);
  if (result != CUPTI_SUCCESS) return result;
  const std::lock_guard lock(hosts().mutex);
  simgpu::ConfigImage::remember(params->pConfigImage, params->configImageSize,
                                hosts().metrics[params->pHostObject]);
  return result;
}

CUptiResult cuptiProfilerHostEvaluateToGpuValues(
    CUpti_Profiler_Host_EvaluateToGpuValues_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_Host_EvaluateToGpuValues_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  const auto image =
      simgpu::CounterImage::at(params->pCounterDataImage, params->counterDataImageSize);
  return image ? evaluated(*image, *params) : forwarded(&RealCupti::evaluate, params);
}

CUptiResult cuptiProfilerHostGetRangeName(CUpti_Profiler_Host_GetRangeName_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  if (!is_whole(params, CUpti_Profiler_Host_GetRangeName_Params_STRUCT_SIZE))
    return CUPTI_ERROR_INVALID_PARAMETER;
  const auto image =
      simgpu::CounterImage::at(params->pCounterDataImage, params->counterDataImageSize);
  if (!image) return forwarded(&RealCupti::range_name, params);
  if (params->rangeIndex >= image->ranges()) return CUPTI_ERROR_INVALID_PARAMETER;
  params->pRangeName = strdup(image->range_name(params->rangeIndex));
  return CUPTI_SUCCESS;
}

CUptiResult cuptiProfilerHostGetSupportedChips(
    CUpti_Profiler_Host_GetSupportedChips_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::chips, params);
}

CUptiResult cuptiProfilerHostGetBaseMetrics(CUpti_Profiler_Host_GetBaseMetrics_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::base_metrics, params);
}

CUptiResult cuptiProfilerHostGetSubMetrics(CUpti_Profiler_Host_GetSubMetrics_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::sub_metrics, params);
}

CUptiResult cuptiProfilerHostGetMetricProperties(
    CUpti_Profiler_Host_GetMetricProperties_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::properties, params);
}

CUptiResult cuptiProfilerHostGetConfigImageSize(
    CUpti_Profiler_Host_GetConfigImageSize_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::config_size, params);
}

CUptiResult cuptiProfilerHostGetNumOfPasses(CUpti_Profiler_Host_GetNumOfPasses_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::passes, params);
}

CUptiResult cuptiProfilerHostGetMaxNumHardwareMetricsPerPass(
    CUpti_Profiler_Host_GetMaxNumHardwareMetricsPerPass_Params* params) {
  if (const auto refusal = simgpu::refused(__func__)) return *refusal;
  return forwarded(&RealCupti::most_metrics, params);
}
}
