#include "kernels/graph_replay.h"

#include <memory>
#include <type_traits>

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

cudaError_t captured(const GraphReplay& graph, const void* seeds, void* result, cudaStream_t stream,
                     Graph& made) {
  if (const cudaError_t error = cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal)) {
    return error;
  }
  for (int i = 0; i < graph.firsts; ++i) launch(graph.first, graph.launch, seeds, result, stream);
  for (int i = 0; i < graph.seconds; ++i) launch(graph.second, graph.launch, seeds, result, stream);
  cudaGraph_t handle = nullptr;
  const cudaError_t error = cudaStreamEndCapture(stream, &handle);
  made.reset(handle);
  return error;
}

}  // namespace

std::int64_t flops_of(const GraphReplay& graph, FlopClass kind, int capability) {
  const std::int64_t once = graph.firsts * flops_of(graph.first, kind, graph.launch, capability) +
                            graph.seconds * flops_of(graph.second, kind, graph.launch, capability);
  return graph.replays * once;
}

cudaError_t replay(const GraphReplay& graph, const void* seeds, void* result, cudaStream_t stream) {
  Graph recorded;
  if (const cudaError_t error = captured(graph, seeds, result, stream, recorded)) return error;
  cudaGraphExec_t handle = nullptr;
  if (const cudaError_t error = cudaGraphInstantiate(&handle, recorded.get(), 0)) return error;
  const Executable executable(handle);
  for (int i = 0; i < graph.replays; ++i) {
    if (const cudaError_t error = cudaGraphLaunch(executable.get(), stream)) return error;
  }
  return cudaStreamSynchronize(stream);
}

}  // namespace flopprof::kernels
