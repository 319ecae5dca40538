#include <unistd.h>

#include "flopprof/mark.h"
#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {
namespace {

constexpr Dim3 kCube{4, 4, 4};  // 64 blocks

/// Two steps, each a graph of 30 and 20 us.
void graph() {
  Gpu gpu;
  CUgraph made = nullptr;
  check(cuGraphCreate(&made, 0));
  for (const unsigned us : {30u, 20u}) {
    CUDA_KERNEL_NODE_PARAMS node{};
    node.func = gpu.kernel("node");
    node.gridDimX = us;
    node.gridDimY = node.gridDimZ = node.blockDimX = node.blockDimY = node.blockDimZ = 1;
    CUgraphNode added = nullptr;
    check(cuGraphAddKernelNode(&added, made, nullptr, 0, &node));
  }
  CUgraphExec instance = nullptr;
  check(cuGraphInstantiate(&instance, made, 0));
  for (int number = 0; number < 2; ++number) {
    const flopprof::StepScope step;
    check(cuGraphLaunch(instance, gpu.streams[0]));
    check(cuCtxSynchronize());
  }
}

/// What a step launches, caught in a graph: it runs when that is launched.
CUgraph captured(Gpu& gpu, Dim3 grid) {
  CUgraph made = nullptr;
  check(cuStreamBeginCapture(gpu.streams[0], CU_STREAM_CAPTURE_MODE_GLOBAL));
  gpu.launch("gemm", grid);
  gpu.launch("relu", Dim3{8, 2, 1});
  check(cuStreamEndCapture(gpu.streams[0], &made));
  return made;
}

/// The first step captures 64 blocks of gemm and 16 of relu, and launches them as a graph, as the
/// later ones do.
void captured_steps() {
  Gpu gpu;
  CUgraphExec instance = nullptr;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    if (number == 0) check(cuGraphInstantiate(&instance, captured(gpu, kCube), 0));
    check(cuGraphLaunch(instance, gpu.streams[0]));
    check(cuCtxSynchronize());
  }
}

/// Steps of a graph of 64 blocks of gemm and 16 of relu, and 5 of adam after it, with a millisecond
/// between them.
void paced_graphs() {
  Gpu gpu;
  CUgraphExec instance = nullptr;
  check(cuGraphInstantiate(&instance, captured(gpu, kCube), 0));
  for (int number = 0; number < steps_wanted; ++number) {
    {
      const flopprof::StepScope step;
      check(cuGraphLaunch(instance, gpu.streams[0]));
      gpu.launch("adam", 5);
      check(cuCtxSynchronize());
    }
    usleep(1000);
  }
}

/// The graph has 64 blocks of gemm in even steps and 512 in odd ones, by updates of one instance.
void updated_graph() {
  Gpu gpu;
  const CUgraph graphs[] = {captured(gpu, kCube), captured(gpu, {8, 8, 8})};
  CUgraphExec instance = nullptr;
  check(cuGraphInstantiate(&instance, graphs[0], 0));
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    CUgraphExecUpdateResultInfo info{};
    check(cuGraphExecUpdate(instance, graphs[number % 2], &info));
    check(cuGraphLaunch(instance, gpu.streams[0]));
    check(cuCtxSynchronize());
  }
  check(cuGraphExecDestroy(instance));
}

/// As above, by an instance of its own for each step.
void new_graphs() {
  Gpu gpu;
  const CUgraph graphs[] = {captured(gpu, kCube), captured(gpu, {8, 8, 8})};
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    CUgraphExec instance = nullptr;
    check(cuGraphInstantiate(&instance, graphs[number % 2], 0));
    check(cuGraphLaunch(instance, gpu.streams[0]));
    check(cuCtxSynchronize());
    check(cuGraphExecDestroy(instance));
  }
}

}  // namespace

const Jobs& graph_jobs() {
  static const Jobs& jobs = *new Jobs{{"graph", graph},
                                      {"captured", captured_steps},
                                      {"paced_graphs", paced_graphs},
                                      {"updated_graph", updated_graph},
                                      {"new_graphs", new_graphs}};
  return jobs;
}

}  // namespace simgpu::job
