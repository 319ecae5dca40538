// A job that does again what the one on SIMGPU_TAPE did, as far as a collector sees it.

#include <cupti.h>
#include <dlfcn.h>

#include <map>

#include "flopprof/mark.h"
#include "tests/simgpu/job/jobs.h"
#include "tests/simgpu/tape.h"

namespace simgpu::job {
namespace {

class Player {
 public:
  void play(const TapeEvent& event);

 private:
  void play_context(const TapeContext& context);
  void play_module(const TapeEvent& event, CUpti_CallbackIdResource id);
  void play_call(const TapeEvent& event);

  std::map<std::uint64_t, CUcontext> contexts_;  // by their handle then
};

void Player::play_context(const TapeContext& context) {
  check(
      cuCtxCreate(&contexts_[context.context], nullptr, 0, static_cast<CUdevice>(context.device)));
}

void Player::play_module(const TapeEvent& event, CUpti_CallbackIdResource id) {
  const auto module = event.head<TapeModule>();
  const std::string_view cubin = event.text_after(sizeof module);
  CUpti_ModuleResourceData details{
      .moduleId = module.id, .cubinSize = cubin.size(), .pCubin = cubin.data()};
  simgpu_tell_resource(id, contexts_[module.context], &details);
}

/// The structs that the launch was called with, made again from what the tape says of it.
struct LaunchParams {
  explicit LaunchParams(const TapeCall& call) {
    const auto function = reinterpret_cast<CUfunction>(call.function);
    const auto stream = reinterpret_cast<CUstream>(call.stream);
    const auto& grid = call.grid;
    const auto& block = call.block;
    kernel = {function,           grid[0], grid[1], grid[2], block[0], block[1], block[2],
              call.shared_memory, stream,  nullptr, nullptr};
    cooperative = {function,           grid[0], grid[1], grid[2], block[0], block[1], block[2],
                   call.shared_memory, stream,  nullptr};
    cluster.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
    cluster.value.clusterDim.x = call.cluster[0];
    cluster.value.clusterDim.y = call.cluster[1];
    cluster.value.clusterDim.z = call.cluster[2];
    config = {grid[0], grid[1],  grid[2], block[0], block[1], block[2], call.shared_memory,
              stream,  &cluster, 1};
    extended = {&config, function, nullptr, nullptr};
    graph = {reinterpret_cast<CUgraphExec>(call.graph), stream};
  }
  const void* of(std::uint32_t callback_id) const {
    switch (callback_id) {
      case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx:
      case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz:
        return &extended;
      case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel:
      case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz:
        return &cooperative;
      case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch:
      case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch_ptsz:
        return &graph;
      default:
        return &kernel;
    }
  }
  cuLaunchKernel_params kernel;
  cuLaunchCooperativeKernel_params cooperative;
  CUlaunchAttribute cluster{};
  CUlaunchConfig config;
  cuLaunchKernelEx_params extended;
  cuGraphLaunch_params graph;
};

void Player::play_call(const TapeEvent& event) {
  const auto call = event.head<TapeCall>();
  const LaunchParams params(call);
  const std::string symbol(event.text_after(sizeof call));
  auto result = static_cast<CUresult>(call.result);
  const bool left = call.site == CUPTI_API_EXIT;
  DriverCall told{.callback_id = call.callback_id};
  std::uint32_t id = 0;
  int device = 0;
  told.details.callbackSite = left ? CUPTI_API_EXIT : CUPTI_API_ENTER;
  told.details.functionName = "of a tape";
  told.details.functionParams = params.of(call.callback_id);
  told.details.functionReturnValue = left ? &result : nullptr;
  told.details.symbolName = symbol.empty() ? nullptr : symbol.c_str();
  told.details.context = contexts_[call.context];
  if (simgpu_context(told.details.context, &id, &device)) told.details.contextUid = id;
  told.details.correlationId = call.correlation;
  simgpu_tell_call(&told);
}

/// What the profiling library plays, where one is loaded.
void play_records(const TapeEvent& event) {
  static const auto play = [] {
    void* library = dlopen("libcupti.so.13", RTLD_NOW | RTLD_NOLOAD);
    void* found = library == nullptr ? nullptr : dlsym(library, "simgpu_play");
    return reinterpret_cast<decltype(&simgpu_play)>(found);
  }();
  if (play != nullptr) play(&event);
}

void Player::play(const TapeEvent& event) {
  switch (event.kind) {
    case TapeKind::kStepBegins:
      return flopprof_mark_step_begin(
          event.payload.empty() ? nullptr : std::string(event.text_after(0)).c_str());
    case TapeKind::kStepEnds:
      return flopprof_mark_step_end();
    case TapeKind::kContext:
      return play_context(event.head<TapeContext>());
    case TapeKind::kContextEnds:
      return check(cuCtxDestroy(contexts_[event.head<TapeContext>().context]));
    case TapeKind::kModule:
      return play_module(event, CUPTI_CBID_RESOURCE_MODULE_LOADED);
    case TapeKind::kModuleEnds:
      return play_module(event, CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING);
    case TapeKind::kCall:
      return play_call(event);
    case TapeKind::kName:
    case TapeKind::kRecords:
      return play_records(event);
    case TapeKind::kCounterData:
      return;  // played when the range profiler is asked
  }
}

}  // namespace

const Jobs& tape_jobs() {
  static const Jobs& jobs = *new Jobs{{"tape", [] {
                                         Player player;
                                         for (const TapeEvent& event : tape()->events())
                                           player.play(event);
                                       }}};
  return jobs;
}

}  // namespace simgpu::job
