// A CUDA job of known launches: 20 steps of three kernels on one stream and two on another, and one
// kernel after the last step. It never waits between steps, so that kernels run when their step has
// long ended on the host. With an argument, 80 steps that it does not mark, each with that one
// kernel at its end and a pause behind it. Exit status 77: no GPU.

#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "flopprof/mark.h"
#include "kernels/reference_kernel.h"

namespace {

constexpr int kSteps = 20;
constexpr int kUnmarkedSteps = 80;
constexpr int kNoGpu = 77;
constexpr flopprof::kernels::Launch kLaunch{.blocks = 64, .threads = 256, .trips = 2000};

bool failed(cudaError_t error) {
  if (error != cudaSuccess) std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
  return error != cudaSuccess;
}

}  // namespace

int main(int argc, char**) {
  const bool marks = argc == 1;
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) return kNoGpu;
  const auto kernels = flopprof::kernels::vector_single();
  const auto result_bytes = static_cast<std::size_t>(kernels.front().result_bytes_a_thread) *
                            kLaunch.blocks * kLaunch.threads;
  void* seeds = nullptr;
  void* result = nullptr;
  cudaStream_t first = nullptr;
  cudaStream_t second = nullptr;
  if (failed(cudaMalloc(&seeds, 2048 * sizeof(float))) ||
      failed(cudaMalloc(&result, result_bytes)) ||
      failed(cudaMemset(seeds, 0, 2048 * sizeof(float))) ||
      failed(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking)) ||
      failed(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking)) ||
      failed(cudaDeviceSynchronize())) {
    return 1;
  }
  for (int i = 0; i < (marks ? kSteps : kUnmarkedSteps); ++i) {
    std::optional<flopprof::StepScope> step;
    if (marks) step.emplace();
    for (int j = 0; j < 3; ++j) launch(kernels[0], kLaunch, seeds, result, first);
    for (int j = 0; j < 2; ++j) launch(kernels[2], kLaunch, seeds, result, second);
    if (marks) continue;
    launch(kernels[1], kLaunch, seeds, result, first);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  launch(kernels[1], kLaunch, seeds, result, first);
  if (failed(cudaDeviceSynchronize())) return 1;
  std::puts("done");
}
