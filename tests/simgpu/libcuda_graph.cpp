// The stand-in for the driver: graphs, made node by node or captured from a stream. Launches into a
// stream that is captured run when the graph does.

#include <utility>

#include "tests/simgpu/driver.h"
#include "tests/simgpu/environment.h"

namespace {

using simgpu::Call;
using simgpu::driver;
using simgpu::KernelNode;

KernelNode kernel_of(const CUDA_KERNEL_NODE_PARAMS& params) {
  return {.function = params.func,
          .grid = {params.gridDimX, params.gridDimY, params.gridDimZ},
          .block = {params.blockDimX, params.blockDimY, params.blockDimZ},
          .shared_memory = params.sharedMemBytes};
}

void tell_instance(CUpti_CallbackIdResource id, CUgraph graph, CUgraphExec instance) {
  CUpti_GraphData details{};
  details.graph = graph;
  details.graphExec = instance;
  simgpu::tell_resource(id, simgpu::current(), &details);
}

/// SIMGPU_GRAPH_GAP_NS: how long a stream rests between the nodes of a graph.
void rest(CUstream stream) {
  static const auto ns = static_cast<std::uint64_t>(simgpu::number_in("SIMGPU_GRAPH_GAP_NS", 0));
  const std::lock_guard lock(driver().mutex);
  simgpu::placed(stream, ns, {});
}

CUresult run_nodes(const CUgraphExec_st& instance, CUstream stream, std::uint32_t correlation) {
  simgpu::RunGraph whole;
  {
    const std::lock_guard lock(driver().mutex);
    whole.work = simgpu::placed(stream, 0, {.correlation = correlation, .graph = instance.id});
  }
  simgpu::Work work = whole.work;
  for (const KernelNode& kernel : instance.nodes) {
    if (++work.graph_node > 1) rest(stream);
    if (const CUresult failed = simgpu::run(kernel, stream, work)) return failed;
  }
  {
    const std::lock_guard lock(driver().mutex);
    whole.work.ended_at = simgpu::placed(stream, 0, {}).ended_at;
  }
  if (const simgpu::Watcher* watcher = driver().watcher.load()) watcher->ran_graph(whole);
  return CUDA_SUCCESS;
}

}  // namespace

extern "C" {

std::uint32_t simgpu_graph_exec_id(CUgraphExec instance) { return instance->id; }

CUresult cuGraphCreate(CUgraph* graph, unsigned) {
  *graph = new CUgraph_st;  // as long as the process
  return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph) { return CUDA_SUCCESS; }

CUresult cuGraphAddKernelNode(CUgraphNode*, CUgraph graph, const CUgraphNode*, std::size_t,
                              const CUDA_KERNEL_NODE_PARAMS* params) {
  graph->nodes.push_back(kernel_of(*params));
  return CUDA_SUCCESS;
}

CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) {
  const cuStreamBeginCapture_v2_params params{stream, mode};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuStreamBeginCapture_v2, "cuStreamBeginCapture_v2", &params);
  if (stream == nullptr) return call.ends(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  {
    const std::lock_guard lock(driver().mutex);
    if (stream->capturing == nullptr) {
      stream->capturing = new CUgraph_st;
      return call.ends(CUDA_SUCCESS);
    }
  }
  return call.ends(CUDA_ERROR_ILLEGAL_STATE);
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  const cuStreamEndCapture_params params{stream, graph};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuStreamEndCapture, "cuStreamEndCapture", &params);
  CUgraph captured = nullptr;
  if (stream != nullptr) {
    const std::lock_guard lock(driver().mutex);
    captured = std::exchange(stream->capturing, nullptr);
  }
  if (captured == nullptr) return call.ends(CUDA_ERROR_ILLEGAL_STATE);
  *graph = captured;
  return call.ends(CUDA_SUCCESS);
}

CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus* status) {
  if (const auto refusal = simgpu::refused_by_driver(__func__)) return *refusal;
  const std::lock_guard lock(driver().mutex);
  *status = stream != nullptr && stream->capturing != nullptr ? CU_STREAM_CAPTURE_STATUS_ACTIVE
                                                              : CU_STREAM_CAPTURE_STATUS_NONE;
  return CUDA_SUCCESS;
}

CUresult cuGraphInstantiate(CUgraphExec* instance, CUgraph graph, unsigned long long) {
  {
    const std::lock_guard lock(driver().mutex);
    *instance = new CUgraphExec_st{.id = ++driver().graphs, .nodes = graph->nodes};
  }
  tell_instance(CUPTI_CBID_RESOURCE_GRAPHEXEC_CREATED, graph, *instance);
  return CUDA_SUCCESS;
}

/// Takes another graph of as many nodes, whose kernels may be others.
CUresult cuGraphExecUpdate(CUgraphExec instance, CUgraph graph, CUgraphExecUpdateResultInfo* info) {
  const cuGraphExecUpdate_v2_params params{instance, graph, info};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuGraphExecUpdate_v2, "cuGraphExecUpdate_v2", &params);
  const bool alike = instance->nodes.size() == graph->nodes.size();
  if (info != nullptr)
    info->result =
        alike ? CU_GRAPH_EXEC_UPDATE_SUCCESS : CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
  if (!alike) return call.ends(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE);
  {
    const std::lock_guard lock(driver().mutex);
    instance->nodes = graph->nodes;
  }
  return call.ends(CUDA_SUCCESS);
}

CUresult cuGraphExecDestroy(CUgraphExec instance) {
  const cuGraphExecDestroy_params params{instance};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuGraphExecDestroy, "cuGraphExecDestroy", &params);
  tell_instance(CUPTI_CBID_RESOURCE_GRAPHEXEC_DESTROY_STARTING, nullptr, instance);
  delete instance;
  return call.ends(CUDA_SUCCESS);
}

CUresult cuGraphLaunch(CUgraphExec instance, CUstream stream) {
  const cuGraphLaunch_params params{instance, stream};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch, "cuGraphLaunch", &params);
  if (simgpu::current() == nullptr) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  return call.ends(run_nodes(*instance, stream, call.correlation()));
}
}
