#include "profiler/capture/source_trials.h"

#include <cupti_pmsampling.h>
#include <cupti_profiler_target.h>
#include <cupti_sass_metrics.h>
#include <cupti_target.h>

#include <stdexcept>

#include "profiler/capture/symbol.h"

namespace flopprof::capture {
namespace {

/// Calls functions of the library by name, and keeps what they answer.
class Trial {
 public:
  explicit Trial(const CuptiLibrary& cupti) : cupti_(cupti) {}

  /// True where the call went well.
  template <class Params>
  bool call(const char* name, Params& params) {
    CUptiResult (*function)(Params*) = nullptr;
    if (!find(cupti_.handle, name, function))
      throw std::runtime_error(cupti_.path + " has no " + name);
    const CUptiResult result = function(&params);
    answers_.emplace_back(name, static_cast<int>(result));
    return result == CUPTI_SUCCESS;
  }

  bool begin() {
    CUpti_Profiler_Initialize_Params params{.structSize =
                                                CUpti_Profiler_Initialize_Params_STRUCT_SIZE};
    return call("cuptiProfilerInitialize", params);
  }

  const TrialAnswers& answers() const { return answers_; }

 private:
  const CuptiLibrary& cupti_;
  TrialAnswers answers_;
};

/// One metric that patches every instruction, on the first device.
bool configure(Trial& trial) {
  CUpti_Device_GetChipName_Params chip{.structSize = CUpti_Device_GetChipName_Params_STRUCT_SIZE};
  if (!trial.call("cuptiDeviceGetChipName", chip)) return false;
  CUpti_SassMetrics_GetProperties_Params metric{
      .structSize = CUpti_SassMetrics_GetProperties_Params_STRUCT_SIZE,
      .pChipName = chip.pChipName,
      .pMetricName = "smsp__sass_inst_executed"};
  if (!trial.call("cuptiSassMetricsGetProperties", metric)) return false;
  CUpti_SassMetrics_Config config{.metricId = metric.metric.metricId,
                                  .outputGranularity = CUPTI_SASS_METRICS_OUTPUT_GRANULARITY_GPU};
  CUpti_SassMetricsSetConfig_Params set{.structSize = CUpti_SassMetricsSetConfig_Params_STRUCT_SIZE,
                                        .numOfMetricConfig = 1,
                                        .pConfigs = &config};
  return trial.call("cuptiSassMetricsSetConfig", set);
}

std::int64_t patched(Trial& trial, CUcontext context, const std::function<void()>& run) {
  CUpti_SassMetricsEnable_Params enable{.structSize = CUpti_SassMetricsEnable_Params_STRUCT_SIZE,
                                        .ctx = context,
                                        .enableLazyPatching = 1};
  if (!trial.call("cuptiSassMetricsEnable", enable)) return 0;
  run();
  CUpti_SassMetricsGetDataProperties_Params size{
      .structSize = CUpti_SassMetricsGetDataProperties_Params_STRUCT_SIZE, .ctx = context};
  trial.call("cuptiSassMetricsGetDataProperties", size);
  CUpti_SassMetricsDisable_Params disable{.structSize = CUpti_SassMetricsDisable_Params_STRUCT_SIZE,
                                          .ctx = context};
  trial.call("cuptiSassMetricsDisable", disable);
  return static_cast<std::int64_t>(size.numOfPatchedInstructionRecords);
}

}  // namespace

TrialAnswers try_pm_sampling(const CuptiLibrary& cupti) {
  Trial trial(cupti);
  CUpti_PmSampling_Enable_Params enable{.structSize = CUpti_PmSampling_Enable_Params_STRUCT_SIZE};
  if (trial.begin() && trial.call("cuptiPmSamplingEnable", enable)) {
    CUpti_PmSampling_Disable_Params disable{
        .structSize = CUpti_PmSampling_Disable_Params_STRUCT_SIZE,
        .pPmSamplingObject = enable.pPmSamplingObject};
    trial.call("cuptiPmSamplingDisable", disable);
  }
  return trial.answers();
}

PatchingTrial try_patching(const CuptiLibrary& cupti, CUcontext context,
                           const std::function<void()>& run) {
  Trial trial(cupti);
  PatchingTrial found;
  // Without it the library does not survive the next call.
  if (trial.begin() && configure(trial)) {
    found.patched_instructions = patched(trial, context, run);
    CUpti_SassMetricsUnsetConfig_Params unset{.structSize =
                                                  CUpti_SassMetricsUnsetConfig_Params_STRUCT_SIZE};
    trial.call("cuptiSassMetricsUnsetConfig", unset);
  }
  found.answers = trial.answers();
  return found;
}

}  // namespace flopprof::capture
