// A training job of which every launch, operator and phase is known: `trained_job NAME STEPS`.
// Kernels run one microsecond per block; what a block counts, SIMGPU_COUNTS says.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/simgpu/job/jobs.h"
#include "tests/simgpu/torch/torch.h"

namespace {

using flopprof::Phase;
using simgpu::RunningOp;
using simgpu::job::check;
using simgpu::job::Gpu;

constexpr const char* kSgd = "Optimizer.step#SGD.step";

void update(Gpu& gpu) {
  {
    const RunningOp sgd(kSgd, Phase::kOptimizer);
    gpu.launch("sgd", 8);
  }
  check(cuCtxSynchronize());
  simgpu::end_update();
}

/// Forward: a product of 64 blocks, 16 blocks of relu, and the product again, 60,000 model FLOPs
/// each. Backward: two products of 128 blocks and twice the model FLOPs, 16 blocks of relu between
/// them. Then 8 blocks of sgd.
void network_step(Gpu& gpu) {
  const auto mm = [&gpu](Phase phase, unsigned blocks, std::uint64_t model_flops) {
    const RunningOp op("aten::mm", phase, model_flops);
    gpu.launch("gemm", blocks);
  };
  const auto relu = [&gpu](Phase phase) {
    const RunningOp op("aten::relu", phase);
    gpu.launch("relu", 16);
  };
  mm(Phase::kForward, 64, 60'000);
  relu(Phase::kForward);
  mm(Phase::kForward, 64, 60'000);
  mm(Phase::kBackward, 128, 120'000);
  relu(Phase::kBackward);
  mm(Phase::kBackward, 128, 120'000);
  update(gpu);
}

/// Eight times relu and a product of 64 blocks: the same kernel launched alike, but the sixth time
/// it does three times the work.
void uneven_step(Gpu& gpu) {
  for (int layer = 0; layer < 8; ++layer) {
    {
      const RunningOp op("aten::relu", Phase::kForward);
      gpu.launch("relu", 16);
    }
    const RunningOp op("aten::mm", Phase::kForward, 64'000);
    unsigned rounds = layer == 5 ? 3 : 1;
    void* arguments[] = {&rounds};
    check(cuLaunchKernel(gpu.kernel("gemm"), 64, 1, 1, 1, 1, 1, 0, gpu.streams[0], arguments,
                         nullptr));
  }
  update(gpu);
}

void run(const std::string& name, int steps) {
  Gpu gpu;
  for (int step = 0; step < steps; ++step) {
    if (name == "network")
      network_step(gpu);
    else if (name == "uneven")
      uneven_step(gpu);
    else
      throw std::invalid_argument("trained_job has no job " + name);
    usleep(1000);
  }
}

}  // namespace

int main(int argc, char** argv) {
  check(cuInit(0));
  run(argc > 1 ? argv[1] : "network", argc > 2 ? std::atoi(argv[2]) : 3);
  std::puts("done");
  return 7;
}
