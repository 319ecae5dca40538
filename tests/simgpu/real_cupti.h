#pragma once

#include <cupti.h>
#include <cupti_pcsampling.h>
#include <cupti_profiler_host.h>
#include <cupti_range_profiler.h>

namespace simgpu {

/// What the real library does without a GPU: which counters fit together, how they are evaluated.
/// Null where there is none: then SIMGPU_REAL_CUPTI names it, or the toolkit that the stand-in was
/// built with has one.
struct RealCupti {
  decltype(&cuptiProfilerHostInitialize) initialize = nullptr;
  decltype(&cuptiProfilerHostDeinitialize) deinitialize = nullptr;
  decltype(&cuptiProfilerHostGetSupportedChips) chips = nullptr;
  decltype(&cuptiProfilerHostGetBaseMetrics) base_metrics = nullptr;
  decltype(&cuptiProfilerHostGetSubMetrics) sub_metrics = nullptr;
  decltype(&cuptiProfilerHostGetMetricProperties) properties = nullptr;
  decltype(&cuptiProfilerHostConfigAddMetrics) add_metrics = nullptr;
  decltype(&cuptiProfilerHostGetConfigImageSize) config_size = nullptr;
  decltype(&cuptiProfilerHostGetConfigImage) config_image = nullptr;
  decltype(&cuptiProfilerHostGetNumOfPasses) passes = nullptr;
  decltype(&cuptiProfilerHostGetMaxNumHardwareMetricsPerPass) most_metrics = nullptr;
  decltype(&cuptiProfilerHostGetRangeName) range_name = nullptr;
  decltype(&cuptiProfilerHostEvaluateToGpuValues) evaluate = nullptr;
  decltype(&cuptiRangeProfilerGetCounterDataInfo) data_info = nullptr;
  decltype(&cuptiRangeProfilerCounterDataGetRangeInfo) range_info = nullptr;
  decltype(&cuptiGetCubinCrc) cubin_crc = nullptr;
};
const RealCupti* real_cupti();

}  // namespace simgpu
