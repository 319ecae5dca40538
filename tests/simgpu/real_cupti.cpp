#include "tests/simgpu/real_cupti.h"

#include <dlfcn.h>

#include <string>

#include "tests/simgpu/environment.h"

namespace simgpu {
namespace {

/// By its path: the stand-in has the real one's name, and would be found for it.
void* opened() {
  std::string path = text_in("SIMGPU_REAL_CUPTI");
  if (path.empty()) path = SIMGPU_TOOLKIT_CUPTI;
  return path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

const RealCupti* loaded() {
  void* library = opened();
  if (library == nullptr) return nullptr;
  static RealCupti real;
  bool complete = true;
  const auto load = [&](const char* name, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    complete = complete && function != nullptr;
  };
  load("cuptiProfilerHostInitialize", real.initialize);
  load("cuptiProfilerHostDeinitialize", real.deinitialize);
  load("cuptiProfilerHostGetSupportedChips", real.chips);
  load("cuptiProfilerHostGetBaseMetrics", real.base_metrics);
  load("cuptiProfilerHostGetSubMetrics", real.sub_metrics);
  load("cuptiProfilerHostGetMetricProperties", real.properties);
  load("cuptiProfilerHostConfigAddMetrics", real.add_metrics);
  load("cuptiProfilerHostGetConfigImageSize", real.config_size);
  load("cuptiProfilerHostGetConfigImage", real.config_image);
  load("cuptiProfilerHostGetNumOfPasses", real.passes);
  load("cuptiProfilerHostGetMaxNumHardwareMetricsPerPass", real.most_metrics);
  load("cuptiProfilerHostGetRangeName", real.range_name);
  load("cuptiProfilerHostEvaluateToGpuValues", real.evaluate);
  load("cuptiRangeProfilerGetCounterDataInfo", real.data_info);
  load("cuptiRangeProfilerCounterDataGetRangeInfo", real.range_info);
  load("cuptiGetCubinCrc", real.cubin_crc);
  return complete ? &real : nullptr;
}

}  // namespace

const RealCupti* real_cupti() {
  static const RealCupti* const real = loaded();
  return real;
}

}  // namespace simgpu
