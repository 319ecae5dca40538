#include "kernels/launched_kernels.h"

#include <memory>
#include <vector>

#include "kernels/device_memory.h"

namespace flopprof::kernels {
namespace {

constexpr char kNoGraph[] = "no graph can be made of what is launched";

struct DestroyStream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
using OwnedStream = std::unique_ptr<CUstream_st, DestroyStream>;

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
using OwnedGraph = std::unique_ptr<CUgraph_st, DestroyGraph>;

OwnedGraph graph_of(const std::function<void(cudaStream_t)>& run, cudaStream_t stream) {
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), kNoGraph);
  cudaGraph_t graph = nullptr;
  try {
    run(stream);
  } catch (...) {
    cudaStreamEndCapture(stream, &graph);
    cudaGetLastError();  // of the launch: else the next one would answer for it
    const OwnedGraph owned(graph);
    throw;
  }
  const cudaError_t error = cudaStreamEndCapture(stream, &graph);
  OwnedGraph owned(graph);
  if (error != cudaSuccess) cudaGetLastError();
  check_cuda(error, kNoGraph);
  return owned;
}

std::int64_t kernels_in(cudaGraph_t graph) {
  std::size_t count = 0;
  check_cuda(cudaGraphGetNodes(graph, nullptr, &count), "the nodes of a graph");
  std::vector<cudaGraphNode_t> nodes(count);
  if (count > 0) check_cuda(cudaGraphGetNodes(graph, nodes.data(), &count), "a graph's nodes");
  std::int64_t kernels = 0;
  for (cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type{};
    check_cuda(cudaGraphNodeGetType(node, &type), "a graph's node");
    if (type == cudaGraphNodeTypeKernel) ++kernels;
    if (type != cudaGraphNodeTypeGraph) continue;
    cudaGraph_t within = nullptr;
    check_cuda(cudaGraphChildGraphNodeGetGraph(node, &within), "a graph within a graph");
    kernels += kernels_in(within);
  }
  return kernels;
}

}  // namespace

std::int64_t kernels_launched_by(const std::function<void(cudaStream_t)>& run) {
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
  const OwnedStream owned(stream);
  return kernels_in(graph_of(run, stream).get());
}

}  // namespace flopprof::kernels
