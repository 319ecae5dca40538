#include "profiler/capture/range_profiler.h"

#include <utility>

#include "profiler/capture/symbol.h"

namespace flopprof::capture {
namespace {

std::optional<Refusal> checked(const char* call, CUptiResult result) {
  if (result == CUPTI_SUCCESS) return std::nullopt;
  return Refusal{.call = call, .result = result};
}

}  // namespace

std::optional<RangeFunctions> find_range_functions(void* library) {
  RangeFunctions f;
  const bool complete =
      find(library, "cuptiProfilerInitialize", f.initialize) &&
      find(library, "cuptiProfilerGetCounterAvailability", f.get_availability) &&
      find(library, "cuptiDeviceGetChipName", f.get_chip_name) &&
      find(library, "cuptiGetDeviceId", f.get_device) &&
      find(library, "cuptiRangeProfilerEnable", f.enable) &&
      find(library, "cuptiRangeProfilerDisable", f.disable) &&
      find(library, "cuptiRangeProfilerGetCounterDataSize", f.get_data_size) &&
      find(library, "cuptiRangeProfilerCounterDataImageInitialize", f.initialize_data) &&
      find(library, "cuptiRangeProfilerSetConfig", f.set_config) &&
      find(library, "cuptiRangeProfilerStart", f.start) &&
      find(library, "cuptiRangeProfilerStop", f.stop) &&
      find(library, "cuptiRangeProfilerPushRange", f.push) &&
      find(library, "cuptiRangeProfilerPopRange", f.pop) &&
      find(library, "cuptiRangeProfilerDecodeData", f.decode);
  return complete ? std::optional(f) : std::nullopt;
}

std::optional<Refusal> initialize_profiler(const RangeFunctions& functions) {
  CUpti_Profiler_Initialize_Params params{
      .structSize = CUpti_Profiler_Initialize_Params_STRUCT_SIZE, .pPriv = nullptr};
  return checked("cuptiProfilerInitialize", functions.initialize(&params));
}

std::optional<Refusal> ask_chip(const RangeFunctions& functions, std::uint32_t device,
                                std::string& chip) {
  CUpti_Device_GetChipName_Params params{.structSize = CUpti_Device_GetChipName_Params_STRUCT_SIZE,
                                         .deviceIndex = device};
  auto refusal = checked("cuptiDeviceGetChipName", functions.get_chip_name(&params));
  if (!refusal) chip = params.pChipName;
  return refusal;
}

std::optional<Refusal> ask_availability(const RangeFunctions& functions, CUcontext context,
                                        std::vector<std::uint8_t>& image) {
  CUpti_Profiler_GetCounterAvailability_Params params{
      .structSize = CUpti_Profiler_GetCounterAvailability_Params_STRUCT_SIZE, .ctx = context};
  constexpr const char* kCall = "cuptiProfilerGetCounterAvailability";
  // First the size.
  if (auto refusal = checked(kCall, functions.get_availability(&params))) return refusal;
  image.resize(params.counterAvailabilityImageSize);
  params.pCounterAvailabilityImage = image.data();
  return checked(kCall, functions.get_availability(&params));
}

std::optional<Refusal> RangeProfiler::enable() {
  if (profiler_ != nullptr) return std::nullopt;
  CUpti_RangeProfiler_Enable_Params params{
      .structSize = CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE, .ctx = context_};
  const auto refusal = checked("cuptiRangeProfilerEnable", functions_.enable(&params));
  if (!refusal) profiler_ = params.pRangeProfilerObject;
  return refusal;
}

std::optional<Refusal> RangeProfiler::configure(std::span<const std::uint8_t> config,
                                                const std::vector<const char*>& metrics) {
  CUpti_RangeProfiler_GetCounterDataSize_Params size{
      .structSize = CUpti_RangeProfiler_GetCounterDataSize_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_,
      .pMetricNames = const_cast<const char**>(metrics.data()),
      .numMetrics = metrics.size(),
      .maxNumOfRanges = 1,
      .maxNumRangeTreeNodes = 1};
  auto refusal = checked("cuptiRangeProfilerGetCounterDataSize", functions_.get_data_size(&size));
  if (refusal) return refusal;
  data_.assign(size.counterDataSize, 0);
  CUpti_RangeProfiler_CounterDataImage_Initialize_Params initial{
      .structSize = CUpti_RangeProfiler_CounterDataImage_Initialize_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_,
      .counterDataSize = data_.size(),
      .pCounterData = data_.data()};
  refusal =
      checked("cuptiRangeProfilerCounterDataImageInitialize", functions_.initialize_data(&initial));
  if (refusal) return refusal;
  CUpti_RangeProfiler_SetConfig_Params wanted{
      .structSize = CUpti_RangeProfiler_SetConfig_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_,
      .configSize = config.size(),
      .pConfig = config.data(),
      .counterDataImageSize = data_.size(),
      .pCounterDataImage = data_.data(),
      .range = CUPTI_UserRange,
      .replayMode = CUPTI_UserReplay,
      .maxRangesPerPass = 1,
      .numNestingLevels = 1,
      .minNestingLevel = 1,
      .passIndex = 0,
      .targetNestingLevel = 1};
  return checked("cuptiRangeProfilerSetConfig", functions_.set_config(&wanted));
}

std::optional<Refusal> RangeProfiler::begin(std::span<const std::uint8_t> config,
                                            const std::vector<const char*>& metrics) {
  auto refusal = enable();
  if (!refusal) refusal = configure(config, metrics);
  if (!refusal) {
    CUpti_RangeProfiler_Start_Params params{
        .structSize = CUpti_RangeProfiler_Start_Params_STRUCT_SIZE,
        .pRangeProfilerObject = profiler_};
    refusal = checked("cuptiRangeProfilerStart", functions_.start(&params));
    running_ = !refusal;
  }
  if (!refusal) {
    CUpti_RangeProfiler_PushRange_Params params{
        .structSize = CUpti_RangeProfiler_PushRange_Params_STRUCT_SIZE,
        .pRangeProfilerObject = profiler_,
        .pRangeName = "step"};
    refusal = checked("cuptiRangeProfilerPushRange", functions_.push(&params));
  }
  if (refusal) release();
  return refusal;
}

std::optional<Refusal> RangeProfiler::end(std::vector<std::uint8_t>& counted) {
  CUpti_RangeProfiler_PopRange_Params pop{
      .structSize = CUpti_RangeProfiler_PopRange_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_};
  auto refusal = checked("cuptiRangeProfilerPopRange", functions_.pop(&pop));
  CUpti_RangeProfiler_Stop_Params stop{.structSize = CUpti_RangeProfiler_Stop_Params_STRUCT_SIZE,
                                       .pRangeProfilerObject = profiler_};
  const auto not_stopped = checked("cuptiRangeProfilerStop", functions_.stop(&stop));
  running_ = false;
  if (!refusal) refusal = not_stopped;
  if (!refusal && stop.isAllPassSubmitted == 0)  // more than one pass: half of it was not counted
    refusal = Refusal{.call = "cuptiRangeProfilerStop (not all passes)",
                      .result = CUPTI_ERROR_INVALID_OPERATION};
  CUpti_RangeProfiler_DecodeData_Params decode{
      .structSize = CUpti_RangeProfiler_DecodeData_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_};
  if (!refusal) refusal = checked("cuptiRangeProfilerDecodeData", functions_.decode(&decode));
  if (!refusal && decode.numOfRangeDropped != 0)
    refusal = Refusal{.call = "cuptiRangeProfilerDecodeData (range dropped)",
                      .result = CUPTI_ERROR_OUT_OF_MEMORY};
  if (refusal)
    release();
  else
    counted = std::move(data_);
  return refusal;
}

void RangeProfiler::release() noexcept {
  if (profiler_ == nullptr) return;
  if (running_) {
    CUpti_RangeProfiler_Stop_Params stop{.structSize = CUpti_RangeProfiler_Stop_Params_STRUCT_SIZE,
                                         .pRangeProfilerObject = profiler_};
    functions_.stop(&stop);
    running_ = false;
  }
  CUpti_RangeProfiler_Disable_Params params{
      .structSize = CUpti_RangeProfiler_Disable_Params_STRUCT_SIZE,
      .pRangeProfilerObject = profiler_};
  functions_.disable(&params);
  profiler_ = nullptr;
}

}  // namespace flopprof::capture
