#include "profiler/capture/tape_recorder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace flopprof::capture {
namespace {

enum Kind : std::uint32_t {
  kStepBegins = 1,
  kStepEnds,
  kContext,
  kContextEnds,
  kModule,
  kModuleEnds,
  kCall,
  kName,
  kRecords,
  kCounterData
};

// The heads of events, as tests/simgpu/tape.h describes them.
struct ContextHead {
  std::uint64_t context = 0;
  std::uint32_t id = 0;
  std::uint32_t device = 0;
};
struct ModuleHead {
  std::uint64_t context = 0;
  std::uint32_t id = 0;
  std::uint32_t zero = 0;
};
struct CallHead {
  std::uint32_t callback_id = 0;
  std::uint32_t site = 0;
  std::uint32_t correlation = 0;
  std::int32_t result = 0;
  std::uint64_t context = 0;
  std::uint64_t function = 0;
  std::uint64_t graph = 0;
  std::uint64_t stream = 0;
  std::array<std::uint32_t, 3> grid = {1, 1, 1};
  std::array<std::uint32_t, 3> block = {1, 1, 1};
  std::array<std::uint32_t, 3> cluster = {1, 1, 1};
  std::uint32_t shared_memory = 0;
};
struct CounterDataHead {
  std::uint64_t context = 0;
  std::uint32_t was_last_pass = 1;
  std::uint32_t dropped = 0;
  std::uint32_t metrics_bytes = 0;
  std::uint32_t zero = 0;
};

std::uint64_t address(const void* handle) { return reinterpret_cast<std::uintptr_t>(handle); }

template <typename Value>
std::span<const std::uint8_t> bytes_of(const Value& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

std::span<const std::uint8_t> bytes_of_text(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// cuLaunchKernel_params and cuLaunchCooperativeKernel_params name these fields alike.
template <typename Arguments>
void take(const Arguments& arguments, CallHead& head) {
  head.function = address(arguments.f);
  head.stream = address(arguments.hStream);
  head.grid = {arguments.gridDimX, arguments.gridDimY, arguments.gridDimZ};
  head.block = {arguments.blockDimX, arguments.blockDimY, arguments.blockDimZ};
  head.shared_memory = arguments.sharedMemBytes;
}

void take(const cuLaunchKernelEx_params& arguments, CallHead& head) {
  head.function = address(arguments.f);
  if (arguments.config == nullptr) return;
  const CUlaunchConfig& config = *arguments.config;
  head.stream = address(config.hStream);
  head.grid = {config.gridDimX, config.gridDimY, config.gridDimZ};
  head.block = {config.blockDimX, config.blockDimY, config.blockDimZ};
  head.shared_memory = config.sharedMemBytes;
  for (unsigned i = 0; config.attrs != nullptr && i < config.numAttrs; ++i) {
    if (config.attrs[i].id != CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) continue;
    const auto& cluster = config.attrs[i].value.clusterDim;
    head.cluster = {cluster.x, cluster.y, cluster.z};
  }
}

void take_arguments(CUpti_CallbackId id, const void* arguments, CallHead& head) {
  switch (id) {
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz:
      return take(*static_cast<const cuLaunchKernel_params*>(arguments), head);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz:
      return take(*static_cast<const cuLaunchCooperativeKernel_params*>(arguments), head);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz:
      return take(*static_cast<const cuLaunchKernelEx_params*>(arguments), head);
    default: {
      const auto& launch = *static_cast<const cuGraphLaunch_params*>(arguments);
      head.graph = address(launch.hGraph);
      head.stream = address(launch.hStream);
    }
  }
}

}  // namespace

TapeRecorder::TapeRecorder(const std::string& folder, std::uint32_t cupti_version) {
  const std::string own = fmt::format("{}/{}", folder, getpid());
  std::filesystem::create_directories(own);
  file_.open(own + "/tape", std::ios::binary | std::ios::trunc);
  if (!file_) throw std::runtime_error(own + "/tape cannot be written");
  constexpr std::uint32_t kFormat = 1;
  file_.write("floptape", 8);
  for (const std::uint32_t number : {kFormat, cupti_version})
    file_.write(reinterpret_cast<const char*>(&number), sizeof number);
}

/// In one piece and flushed: the job may be killed.
void TapeRecorder::write(std::uint32_t kind, std::initializer_list<Part> parts) noexcept {
  constexpr std::size_t kAlignment = 8;
  std::uint32_t bytes = 0;
  for (const Part part : parts) bytes += static_cast<std::uint32_t>(part.size());
  const std::lock_guard lock(mutex_);
  file_.write(reinterpret_cast<const char*>(&kind), sizeof kind);
  file_.write(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  for (const Part part : parts)
    file_.write(reinterpret_cast<const char*>(part.data()),
                static_cast<std::streamsize>(part.size()));
  static constexpr std::array<char, kAlignment> kZeros{};
  file_.write(kZeros.data(),
              static_cast<std::streamsize>((kAlignment - bytes % kAlignment) % kAlignment));
  file_.flush();
}

void TapeRecorder::step_begins() noexcept { write(kStepBegins, {}); }
void TapeRecorder::step_ends() noexcept { write(kStepEnds, {}); }

void TapeRecorder::resource(const CuptiLibrary& cupti, CUpti_CallbackId id,
                            const CUpti_ResourceData& resource) noexcept {
  if (id == CUPTI_CBID_RESOURCE_MODULE_LOADED || id == CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING) {
    const auto* module = static_cast<const CUpti_ModuleResourceData*>(resource.resourceDescriptor);
    if (module == nullptr) return;
    const ModuleHead head{.context = address(resource.context), .id = module->moduleId};
    write(id == CUPTI_CBID_RESOURCE_MODULE_LOADED ? kModule : kModuleEnds,
          {bytes_of(head), bytes_of_text({module->pCubin, module->cubinSize})});
    return;
  }
  ContextHead head{.context = address(resource.context)};
  if (cupti.get_context_id != nullptr) cupti.get_context_id(resource.context, &head.id);
  if (cupti.get_device_id != nullptr) cupti.get_device_id(resource.context, &head.device);
  write(id == CUPTI_CBID_RESOURCE_CONTEXT_CREATED ? kContext : kContextEnds, {bytes_of(head)});
}

void TapeRecorder::call(CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  CallHead head{.callback_id = id,
                .site = call.callbackSite == CUPTI_API_ENTER ? 0u : 1u,
                .correlation = call.correlationId,
                .context = address(call.context)};
  if (call.callbackSite == CUPTI_API_EXIT && call.functionReturnValue != nullptr)
    head.result = *static_cast<const CUresult*>(call.functionReturnValue);
  if (call.functionParams != nullptr) take_arguments(id, call.functionParams, head);
  const std::string_view symbol = call.symbolName == nullptr ? "" : call.symbolName;
  write(kCall, {bytes_of(head), bytes_of_text(symbol)});
}

void TapeRecorder::name(const char* text) noexcept {
  if (text == nullptr) return;
  const std::uint64_t at = address(text);
  try {
    const std::lock_guard lock(mutex_);
    if (!named_.insert(at).second) return;
  } catch (const std::bad_alloc&) {  // it is written once more
  }
  write(kName, {bytes_of(at), bytes_of_text(text)});
}

void TapeRecorder::records(CUptiResult (*next)(std::uint8_t*, std::size_t, CUpti_Activity**),
                           std::uint8_t* buffer, std::size_t used) noexcept {
  std::vector<const std::uint8_t*> starts;
  CUpti_Activity* record = nullptr;
  while (next(buffer, used, &record) == CUPTI_SUCCESS) {
    starts.push_back(reinterpret_cast<const std::uint8_t*>(record));
    if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL)
      name(reinterpret_cast<const CUpti_ActivityKernel10*>(record)->name);
    else if (record->kind == CUPTI_ACTIVITY_KIND_DEVICE)
      name(reinterpret_cast<const CUpti_ActivityDevice5*>(record)->name);
  }
  starts.push_back(buffer + used);
  std::vector<std::uint8_t> payload;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::array<std::uint32_t, 2> head = {
        static_cast<std::uint32_t>(starts[i + 1] - starts[i]), 0};
    const Part sized = bytes_of(head);
    payload.insert(payload.end(), sized.begin(), sized.end());
    payload.insert(payload.end(), starts[i], starts[i + 1]);
  }
  write(kRecords, {Part(payload)});
}

void TapeRecorder::counter_data(CUcontext context, const std::vector<const char*>& metrics,
                                std::span<const std::uint8_t> data) noexcept {
  std::string names;
  for (const char* metric : metrics) names.append(metric).push_back('\n');
  const CounterDataHead head{.context = address(context),
                             .metrics_bytes = static_cast<std::uint32_t>(names.size())};
  write(kCounterData, {bytes_of(head), bytes_of_text(names), data});
}

}  // namespace flopprof::capture
