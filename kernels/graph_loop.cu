#include <memory>
#include <type_traits>

#include "kernels/graph_loop.h"

namespace flopprof::kernels {
namespace {

struct GraphGone {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
struct ExecutableGone {
  void operator()(cudaGraphExec_t executable) const { cudaGraphExecDestroy(executable); }
};
using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, GraphGone>;
using Executable = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, ExecutableGone>;

// CUDA 13 asks for the annotations of edges too.
#if CUDART_VERSION >= 13000
cudaError_t add_node(cudaGraphNode_t* node, cudaGraph_t graph, cudaGraphNodeParams* params) {
  return cudaGraphAddNode(node, graph, nullptr, nullptr, 0, params);
}
#else
cudaError_t add_node(cudaGraphNode_t* node, cudaGraph_t graph, cudaGraphNodeParams* params) {
  return cudaGraphAddNode(node, graph, nullptr, 0, params);
}
#endif

}  // namespace

/// One turn fewer is left; the graph goes on while there is one.
extern "C" __global__ void flopprof_decide(cudaGraphConditionalHandle handle, int* left) {
  *left -= 1;
  cudaGraphSetConditional(handle, *left > 0 ? 1 : 0);
}

namespace {

cudaError_t add_loop(const GraphLoop& loop, const void* seeds, void* result, int* left,
                     cudaStream_t stream, cudaGraph_t graph) {
  cudaGraphConditionalHandle handle{};
  if (const cudaError_t error =
          cudaGraphConditionalHandleCreate(&handle, graph, 1, cudaGraphCondAssignDefault)) {
    return error;
  }
  cudaGraphNodeParams params{};
  params.type = cudaGraphNodeTypeConditional;
  params.conditional.handle = handle;
  params.conditional.type = cudaGraphCondTypeWhile;
  params.conditional.size = 1;
  cudaGraphNode_t node = nullptr;
  if (const cudaError_t error = add_node(&node, graph, &params)) return error;
  if (const cudaError_t error =
          cudaStreamBeginCaptureToGraph(stream, params.conditional.phGraph_out[0], nullptr, nullptr,
                                        0, cudaStreamCaptureModeThreadLocal)) {
    return error;
  }
  launch(loop.kernel, loop.launch, seeds, result, stream);
  flopprof_decide<<<1, 1, 0, stream>>>(handle, left);
  cudaGraph_t body = nullptr;  // the node's own
  return cudaStreamEndCapture(stream, &body);
}

}  // namespace

std::int64_t flops_of(const GraphLoop& loop, FlopClass kind, int capability) {
  return loop.turns * flops_of(loop.kernel, kind, loop.launch, capability);
}

cudaError_t run(const GraphLoop& loop, const void* seeds, void* result, int* left,
                cudaStream_t stream) {
  cudaGraph_t made = nullptr;
  if (const cudaError_t error = cudaGraphCreate(&made, 0)) return error;
  const Graph graph(made);
  if (const cudaError_t error = add_loop(loop, seeds, result, left, stream, made)) return error;
  cudaGraphExec_t executable = nullptr;
  if (const cudaError_t error = cudaGraphInstantiate(&executable, made, 0)) return error;
  const Executable owned(executable);
  if (const cudaError_t error =
          cudaMemcpyAsync(left, &loop.turns, sizeof(int), cudaMemcpyHostToDevice, stream)) {
    return error;
  }
  if (const cudaError_t error = cudaGraphLaunch(executable, stream)) return error;
  return cudaStreamSynchronize(stream);
}

}  // namespace flopprof::kernels
