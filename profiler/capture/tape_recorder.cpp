#include "profiler/capture/tape_recorder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "profiler/capture/launch_arguments.h"

namespace flopprof::capture {
namespace {

std::uint64_t address(const void* handle) { return reinterpret_cast<std::uintptr_t>(handle); }

template <typename Value>
std::span<const std::uint8_t> bytes_of(const Value& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

std::span<const std::uint8_t> bytes_of_text(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void take(const LaunchArguments& launch, TapeCall& head) {
  head.function = address(launch.function);
  head.graph = address(launch.graph);
  head.stream = address(launch.stream);
  head.grid = launch.grid;
  head.block = launch.block;
  head.cluster = launch.cluster;
  head.shared_memory = launch.shared_memory;
}

}  // namespace

TapeRecorder::TapeRecorder(const std::string& folder, std::uint32_t cupti_version) {
  const std::string own = fmt::format("{}/{}", folder, getpid());
  std::filesystem::create_directories(own);
  file_.open(own + "/tape", std::ios::binary | std::ios::trunc);
  if (!file_) throw std::runtime_error(own + "/tape cannot be written");
  file_.write(kTapeMagic.data(), kTapeMagic.size());
  for (const std::uint32_t number : {kTapeForm, cupti_version})
    file_.write(reinterpret_cast<const char*>(&number), sizeof number);
}

/// In one piece and flushed: the job may be killed.
void TapeRecorder::write(TapeKind kind, std::initializer_list<Part> parts) noexcept {
  std::uint32_t bytes = 0;
  for (const Part part : parts) bytes += static_cast<std::uint32_t>(part.size());
  const std::lock_guard lock(mutex_);
  file_.write(reinterpret_cast<const char*>(&kind), sizeof kind);
  file_.write(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  for (const Part part : parts)
    file_.write(reinterpret_cast<const char*>(part.data()),
                static_cast<std::streamsize>(part.size()));
  static constexpr std::array<char, kTapeAlignment> kZeros{};
  file_.write(kZeros.data(), static_cast<std::streamsize>(
                                 (kTapeAlignment - bytes % kTapeAlignment) % kTapeAlignment));
  file_.flush();
}

void TapeRecorder::step_begins() noexcept { write(TapeKind::kStepBegins, {}); }
void TapeRecorder::step_ends() noexcept { write(TapeKind::kStepEnds, {}); }

void TapeRecorder::resource(const CuptiLibrary& cupti, CUpti_CallbackId id,
                            const CUpti_ResourceData& resource) noexcept {
  if (id == CUPTI_CBID_RESOURCE_MODULE_LOADED || id == CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING) {
    const auto* module = static_cast<const CUpti_ModuleResourceData*>(resource.resourceDescriptor);
    if (module == nullptr) return;
    const TapeModule head{.context = address(resource.context), .id = module->moduleId};
    write(id == CUPTI_CBID_RESOURCE_MODULE_LOADED ? TapeKind::kModule : TapeKind::kModuleEnds,
          {bytes_of(head), bytes_of_text({module->pCubin, module->cubinSize})});
    return;
  }
  TapeContext head{.context = address(resource.context)};
  if (cupti.get_context_id != nullptr) cupti.get_context_id(resource.context, &head.id);
  if (cupti.get_device_id != nullptr) cupti.get_device_id(resource.context, &head.device);
  write(id == CUPTI_CBID_RESOURCE_CONTEXT_CREATED ? TapeKind::kContext : TapeKind::kContextEnds,
        {bytes_of(head)});
}

void TapeRecorder::call(CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept {
  TapeCall head{.callback_id = id,
                .site = call.callbackSite == CUPTI_API_ENTER ? 0u : 1u,
                .correlation = call.correlationId,
                .context = address(call.context)};
  if (call.callbackSite == CUPTI_API_EXIT && call.functionReturnValue != nullptr)
    head.result = *static_cast<const CUresult*>(call.functionReturnValue);
  if (const auto launch = launch_arguments(id, call.functionParams)) take(*launch, head);
  const std::string_view symbol = call.symbolName == nullptr ? "" : call.symbolName;
  write(TapeKind::kCall, {bytes_of(head), bytes_of_text(symbol)});
}

void TapeRecorder::name(const char* text) noexcept {
  if (text == nullptr) return;
  const std::uint64_t at = address(text);
  try {
    const std::lock_guard lock(mutex_);
    if (!named_.insert(at).second) return;
  } catch (const std::bad_alloc&) {  // it is written once more
  }
  write(TapeKind::kName, {bytes_of(at), bytes_of_text(text)});
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
  write(TapeKind::kRecords, {Part(payload)});
}

void TapeRecorder::counter_data(CUcontext context, const std::vector<const char*>& metrics,
                                std::span<const std::uint8_t> data) noexcept {
  std::string names;
  for (const char* metric : metrics) names.append(metric).push_back('\n');
  const TapeCounterData head{.context = address(context),
                             .metrics_bytes = static_cast<std::uint32_t>(names.size())};
  write(TapeKind::kCounterData, {bytes_of(head), bytes_of_text(names), data});
}

}  // namespace flopprof::capture
