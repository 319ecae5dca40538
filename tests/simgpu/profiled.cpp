#include "tests/simgpu/profiled.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace simgpu {
namespace {

std::vector<const char*> pointers(const std::vector<std::string>& names) {
  std::vector<const char*> all;
  for (const std::string& name : names) all.push_back(name.c_str());
  return all;
}

CUpti_Profiler_Host_Object* host_of(const char* chip) {
  CUpti_Profiler_Host_Initialize_Params params{
      .structSize = CUpti_Profiler_Host_Initialize_Params_STRUCT_SIZE,
      .profilerType = CUPTI_PROFILER_TYPE_RANGE_PROFILER,
      .pChipName = chip};
  check(cuptiProfilerHostInitialize(&params));
  return params.pHostObject;
}

std::vector<std::uint8_t> config_of(const char* chip, const std::vector<std::string>& metrics) {
  CUpti_Profiler_Host_Object* host = host_of(chip);
  auto names = pointers(metrics);
  CUpti_Profiler_Host_ConfigAddMetrics_Params wanted{
      .structSize = CUpti_Profiler_Host_ConfigAddMetrics_Params_STRUCT_SIZE,
      .pHostObject = host,
      .ppMetricNames = names.data(),
      .numMetrics = names.size()};
  check(cuptiProfilerHostConfigAddMetrics(&wanted));
  CUpti_Profiler_Host_GetConfigImageSize_Params size{
      .structSize = CUpti_Profiler_Host_GetConfigImageSize_Params_STRUCT_SIZE, .pHostObject = host};
  check(cuptiProfilerHostGetConfigImageSize(&size));
  std::vector<std::uint8_t> image(size.configImageSize);
  CUpti_Profiler_Host_GetConfigImage_Params made{
      .structSize = CUpti_Profiler_Host_GetConfigImage_Params_STRUCT_SIZE,
      .pHostObject = host,
      .configImageSize = image.size(),
      .pConfigImage = image.data()};
  check(cuptiProfilerHostGetConfigImage(&made));
  CUpti_Profiler_Host_Deinitialize_Params ended{
      .structSize = CUpti_Profiler_Host_Deinitialize_Params_STRUCT_SIZE, .pHostObject = host};
  check(cuptiProfilerHostDeinitialize(&ended));
  return image;
}

CUpti_RangeProfiler_Object* enabled(CUcontext context) {
  CUpti_Profiler_Initialize_Params initialize{.structSize =
                                                  CUpti_Profiler_Initialize_Params_STRUCT_SIZE};
  check(cuptiProfilerInitialize(&initialize));
  CUpti_RangeProfiler_Enable_Params enable{
      .structSize = CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE, .ctx = context};
  check(cuptiRangeProfilerEnable(&enable));
  return enable.pRangeProfilerObject;
}

}  // namespace

void check(CUresult result) {
  if (result == CUDA_SUCCESS) return;
  std::fprintf(stderr, "the driver answers %d\n", static_cast<int>(result));
  std::exit(200);
}

void check(CUptiResult result) {
  if (result == CUPTI_SUCCESS) return;
  std::fprintf(stderr, "the profiling library answers %d\n", static_cast<int>(result));
  std::exit(201);
}

Context::Context(int ordinal) {
  check(cuInit(0));
  check(cuCtxCreate(&context, nullptr, 0, ordinal));
  check(cuModuleLoadData(&module, "a module"));
  check(cuStreamCreate(&stream, 0));
}

void Context::launch(const std::string& kernel, Dim3 grid, CUstream on) const {
  CUfunction function = nullptr;
  check(cuModuleGetFunction(&function, module, kernel.c_str()));
  check(cuLaunchKernel(function, grid.x, grid.y, grid.z, 32, 1, 1, 0, on, nullptr, nullptr));
}

Profiled::Profiled(const Context& gpu, std::vector<std::string> metrics,
                   std::vector<std::string> configured)
    : object_(enabled(gpu.context)),
      metrics_(std::move(metrics)),
      config_(config_of("GH100", configured)) {
  auto names = pointers(metrics_);
  CUpti_RangeProfiler_GetCounterDataSize_Params size{
      .structSize = CUpti_RangeProfiler_GetCounterDataSize_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_,
      .pMetricNames = names.data(),
      .numMetrics = names.size(),
      .maxNumOfRanges = 1,
      .maxNumRangeTreeNodes = 1};
  check(cuptiRangeProfilerGetCounterDataSize(&size));
  image_.resize(size.counterDataSize);
  CUpti_RangeProfiler_CounterDataImage_Initialize_Params made{
      .structSize = CUpti_RangeProfiler_CounterDataImage_Initialize_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_,
      .counterDataSize = image_.size(),
      .pCounterData = image_.data()};
  check(cuptiRangeProfilerCounterDataImageInitialize(&made));
  check(configure());
}

Profiled::Profiled(const Context& gpu) : object_(enabled(gpu.context)) {}

Profiled::~Profiled() {
  CUpti_RangeProfiler_Disable_Params disable{
      .structSize = CUpti_RangeProfiler_Disable_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_};
  check(cuptiRangeProfilerDisable(&disable));
}

void Profiled::take_config_of(const std::string& chip, const std::vector<std::string>& metrics) {
  config_ = config_of(chip.c_str(), metrics);
}

CUptiResult Profiled::configure() {
  CUpti_RangeProfiler_SetConfig_Params params{
      .structSize = CUpti_RangeProfiler_SetConfig_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_,
      .configSize = config_.size(),
      .pConfig = config_.data(),
      .counterDataImageSize = image_.size(),
      .pCounterDataImage = image_.data(),
      .range = CUPTI_UserRange,
      .replayMode = CUPTI_UserReplay,
      .maxRangesPerPass = 1,
      .numNestingLevels = 1,
      .minNestingLevel = 1,
      .targetNestingLevel = 1};
  return cuptiRangeProfilerSetConfig(&params);
}

CUptiResult Profiled::start() {
  CUpti_RangeProfiler_Start_Params params{
      .structSize = CUpti_RangeProfiler_Start_Params_STRUCT_SIZE, .pRangeProfilerObject = object_};
  return cuptiRangeProfilerStart(&params);
}

CUptiResult Profiled::push() {
  CUpti_RangeProfiler_PushRange_Params params{
      .structSize = CUpti_RangeProfiler_PushRange_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_,
      .pRangeName = "step"};
  return cuptiRangeProfilerPushRange(&params);
}

CUptiResult Profiled::pop() {
  CUpti_RangeProfiler_PopRange_Params params{
      .structSize = CUpti_RangeProfiler_PopRange_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_};
  return cuptiRangeProfilerPopRange(&params);
}

CUptiResult Profiled::stop() {
  CUpti_RangeProfiler_Stop_Params params{.structSize = CUpti_RangeProfiler_Stop_Params_STRUCT_SIZE,
                                         .pRangeProfilerObject = object_};
  const CUptiResult result = cuptiRangeProfilerStop(&params);
  was_last_pass_ = params.isAllPassSubmitted != 0;
  return result;
}

CUptiResult Profiled::decode() {
  CUpti_RangeProfiler_DecodeData_Params params{
      .structSize = CUpti_RangeProfiler_DecodeData_Params_STRUCT_SIZE,
      .pRangeProfilerObject = object_};
  const CUptiResult result = cuptiRangeProfilerDecodeData(&params);
  dropped_ = params.numOfRangeDropped;
  return result;
}

void Profiled::begin() {
  check(start());
  check(push());
}

void Profiled::end() {
  check(pop());
  check(stop());
  check(decode());
}

std::vector<double> Profiled::values() {
  auto names = pointers(metrics_);
  std::vector<double> values(metrics_.size());
  CUpti_Profiler_Host_Object* host = host_of("GH100");
  CUpti_Profiler_Host_EvaluateToGpuValues_Params params{
      .structSize = CUpti_Profiler_Host_EvaluateToGpuValues_Params_STRUCT_SIZE,
      .pHostObject = host,
      .pCounterDataImage = image_.data(),
      .counterDataImageSize = image_.size(),
      .ppMetricNames = names.data(),
      .numMetrics = names.size(),
      .pMetricValues = values.data()};
  check(cuptiProfilerHostEvaluateToGpuValues(&params));
  return values;
}

}  // namespace simgpu
