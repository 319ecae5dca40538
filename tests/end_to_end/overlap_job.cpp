// A CUDA job of ten steps, each of two kernels that run at the same time: in two streams, or with
// the argument `dependent` in one, the second launched as dependent on the first. Prints how long
// both ran by the device's own clock, one after the other and together. Exit status 77: no GPU of
// compute capability 9.0.

#include <cuda_runtime_api.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "flopprof/mark.h"
#include "kernels/dependent_launch.h"
#include "kernels/overlap.h"

namespace {

using flopprof::kernels::Overlap;
using flopprof::kernels::Ran;

constexpr int kSteps = 10;
constexpr int kNoGpu = 77;
constexpr int kChains = 8;  ///< results of a thread

void must(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
  std::exit(1);
}

struct Job {
  bool depends = false;
  Overlap overlap;
  float* seeds = nullptr;
  float* results = nullptr;
  Ran* ran = nullptr;
  std::array<cudaStream_t, 2> streams{};
};

Job job_on(const cudaDeviceProp& device, bool depends) {
  Job job;
  job.depends = depends;
  job.overlap = {.processors = device.multiProcessorCount,
                 .shared_bytes = static_cast<int>(device.sharedMemPerMultiprocessor),
                 .trips = 20000};
  const auto results = static_cast<std::size_t>(2 * kChains * flopprof::kernels::kOverlapThreads *
                                                blocks_of_one(job.overlap));
  must(cudaMalloc(reinterpret_cast<void**>(&job.seeds), 2048 * sizeof(float)));
  must(cudaMemset(job.seeds, 0, 2048 * sizeof(float)));
  must(cudaMalloc(reinterpret_cast<void**>(&job.results), results * sizeof(float)));
  must(cudaMalloc(reinterpret_cast<void**>(&job.ran), 2 * sizeof(Ran)));
  for (cudaStream_t& stream : job.streams) {
    must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  }
  must(cudaDeviceSynchronize());
  return job;
}

/// Both kernels once; waits for them.
std::array<Ran, 2> run(const Job& job) {
  std::array<Ran, 2> both{};
  must(cudaMemcpy(job.ran, both.data(), sizeof both, cudaMemcpyHostToDevice));
  must(job.depends
           ? launch({.overlap = job.overlap}, job.seeds, job.results, job.ran, job.streams[0])
           : launch(job.overlap, job.seeds, job.results, job.ran, job.streams));
  must(cudaDeviceSynchronize());
  must(cudaMemcpy(both.data(), job.ran, sizeof both, cudaMemcpyDeviceToHost));
  return both;
}

}  // namespace

int main(int argc, char**) {
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess || device.major < 9) return kNoGpu;
  const Job job = job_on(device, argc > 1);
  run(job);  // loads the kernels, before the first step
  unsigned long long sum_ns = 0;
  unsigned long long union_ns = 0;
  for (int i = 0; i < kSteps; ++i) {
    const flopprof::StepScope step;
    const auto [one, other] = run(job);
    sum_ns += one.ended_at_ns - one.began_at_ns + other.ended_at_ns - other.began_at_ns;
    union_ns += flopprof::kernels::union_ns(one, other);
  }
  std::printf("{\"sum_ns\": %llu, \"union_ns\": %llu}\n", sum_ns, union_ns);
  return 0;
}
