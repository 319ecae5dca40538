#include "profiler/capture/counter_scheduler.h"

#include <cupti_profiler_host.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace flopprof::capture {
namespace {

void check(CUptiResult result, const std::string& asked) {
  if (result == CUPTI_SUCCESS) return;
  throw std::runtime_error(
      fmt::format("CUPTI refuses {}: error {}", asked, static_cast<int>(result)));
}

std::vector<const char*> pointers_to(const std::vector<std::string>& metrics) {
  std::vector<const char*> pointers;
  for (const std::string& metric : metrics) pointers.push_back(metric.c_str());
  return pointers;
}

template <class Function>
void load(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) throw std::runtime_error(fmt::format("libcupti has no {}", name));
}

}  // namespace

struct CounterScheduler::Library {
  explicit Library(const std::string& path) {
    // Never unloaded: libcupti keeps threads and thread-local storage.
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) throw std::runtime_error(dlerror());
    load(library, "cuptiProfilerHostInitialize", initialize);
    load(library, "cuptiProfilerHostDeinitialize", deinitialize);
    load(library, "cuptiProfilerHostGetBaseMetrics", get_base_metrics);
    load(library, "cuptiProfilerHostConfigAddMetrics", add_metrics);
    load(library, "cuptiProfilerHostGetConfigImageSize", get_image_size);
    load(library, "cuptiProfilerHostGetConfigImage", get_image);
    load(library, "cuptiProfilerHostGetNumOfPasses", get_passes);
    load(library, "cuptiProfilerHostEvaluateToGpuValues", evaluate);
  }

  decltype(cuptiProfilerHostInitialize)* initialize = nullptr;
  decltype(cuptiProfilerHostDeinitialize)* deinitialize = nullptr;
  decltype(cuptiProfilerHostGetBaseMetrics)* get_base_metrics = nullptr;
  decltype(cuptiProfilerHostConfigAddMetrics)* add_metrics = nullptr;
  decltype(cuptiProfilerHostGetConfigImageSize)* get_image_size = nullptr;
  decltype(cuptiProfilerHostGetConfigImage)* get_image = nullptr;
  decltype(cuptiProfilerHostGetNumOfPasses)* get_passes = nullptr;
  decltype(cuptiProfilerHostEvaluateToGpuValues)* evaluate = nullptr;

  struct Ended {
    decltype(cuptiProfilerHostDeinitialize)* deinitialize;
    void operator()(CUpti_Profiler_Host_Object* host) const {
      CUpti_Profiler_Host_Deinitialize_Params params{
          .structSize = CUpti_Profiler_Host_Deinitialize_Params_STRUCT_SIZE, .pHostObject = host};
      deinitialize(&params);
    }
  };
  using Host = std::unique_ptr<CUpti_Profiler_Host_Object, Ended>;

  Host host_for(const std::string& chip, const std::vector<std::uint8_t>& availability = {}) const {
    CUpti_Profiler_Host_Initialize_Params params{
        .structSize = CUpti_Profiler_Host_Initialize_Params_STRUCT_SIZE,
        .profilerType = CUPTI_PROFILER_TYPE_RANGE_PROFILER,
        .pChipName = chip.c_str(),
        .pCounterAvailabilityImage = availability.empty() ? nullptr : availability.data()};
    check(initialize(&params), "the chip " + chip);
    return Host(params.pHostObject, Ended{deinitialize});
  }
};

CounterScheduler::CounterScheduler(const std::string& libcupti)
    : library_(std::make_unique<const Library>(libcupti)) {}

CounterScheduler::~CounterScheduler() = default;

std::vector<std::string> CounterScheduler::base_metrics(const std::string& chip) const {
  const auto host = library_->host_for(chip);
  CUpti_Profiler_Host_GetBaseMetrics_Params params{
      .structSize = CUpti_Profiler_Host_GetBaseMetrics_Params_STRUCT_SIZE,
      .pHostObject = host.get(),
      .metricType = CUPTI_METRIC_TYPE_COUNTER};
  check(library_->get_base_metrics(&params), "to list the metrics of " + chip);
  std::vector<std::string> names(params.ppMetricNames, params.ppMetricNames + params.numMetrics);
  std::sort(names.begin(), names.end());  // some stand there several times
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::uint8_t> CounterScheduler::config_image(
    const std::string& chip, const std::vector<std::string>& metrics,
    const std::vector<std::uint8_t>& availability) const {
  const auto host = library_->host_for(chip, availability);
  std::vector<const char*> names = pointers_to(metrics);
  CUpti_Profiler_Host_ConfigAddMetrics_Params wanted{
      .structSize = CUpti_Profiler_Host_ConfigAddMetrics_Params_STRUCT_SIZE,
      .pHostObject = host.get(),
      .ppMetricNames = names.data(),
      .numMetrics = names.size()};
  check(library_->add_metrics(&wanted), fmt::format("{}", fmt::join(metrics, ", ")));
  CUpti_Profiler_Host_GetConfigImageSize_Params size{
      .structSize = CUpti_Profiler_Host_GetConfigImageSize_Params_STRUCT_SIZE,
      .pHostObject = host.get()};
  check(library_->get_image_size(&size), "the size of a configuration");
  std::vector<std::uint8_t> image(size.configImageSize);
  CUpti_Profiler_Host_GetConfigImage_Params params{
      .structSize = CUpti_Profiler_Host_GetConfigImage_Params_STRUCT_SIZE,
      .pHostObject = host.get(),
      .configImageSize = image.size(),
      .pConfigImage = image.data()};
  check(library_->get_image(&params), "a configuration");
  return image;
}

std::vector<double> CounterScheduler::values(const std::string& chip,
                                             const std::vector<std::string>& metrics,
                                             const std::vector<std::uint8_t>& counted) const {
  const auto host = library_->host_for(chip);
  std::vector<const char*> names = pointers_to(metrics);
  std::vector<double> values(metrics.size());
  CUpti_Profiler_Host_EvaluateToGpuValues_Params params{
      .structSize = CUpti_Profiler_Host_EvaluateToGpuValues_Params_STRUCT_SIZE,
      .pHostObject = host.get(),
      .pCounterDataImage = counted.data(),
      .counterDataImageSize = counted.size(),
      .rangeIndex = 0,
      .ppMetricNames = names.data(),
      .numMetrics = names.size(),
      .pMetricValues = values.data()};
  check(library_->evaluate(&params),
        "the values of " + fmt::format("{}", fmt::join(metrics, ", ")));
  return values;
}

std::size_t CounterScheduler::passes(const std::string& chip,
                                     const std::vector<std::string>& metrics) const {
  std::vector<std::uint8_t> image = config_image(chip, metrics);
  CUpti_Profiler_Host_GetNumOfPasses_Params params{
      .structSize = CUpti_Profiler_Host_GetNumOfPasses_Params_STRUCT_SIZE,
      .configImageSize = image.size(),
      .pConfigImage = image.data()};
  check(library_->get_passes(&params), "the passes of a configuration");
  return params.numOfPasses;
}

}  // namespace flopprof::capture
