#include <array>
#include <memory>

#include "kernels/dependent_launch.h"
#include "kernels/graph_loop.h"
#include "kernels/graph_replay.h"
#include "kernels/overlap.h"
#include "tools/flopprof/calibrate_arrays.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {
namespace {

using calibration::Promise;
using kernels::DeviceArray;
using kernels::Number;
using kernels::Operands;

}  // namespace

/// Two streams at once; what is counted is the sum of both.
GpuWorkload overlap_workload(const CalibratedGpu& gpu) {
  const auto overlap_of = [gpu](int size) {
    return kernels::Overlap{
        .processors = gpu.processors, .shared_bytes = gpu.shared_bytes, .trips = size};
  };
  GpuWorkload workload{.name = "flopprof_overlap",
                       .promise = Promise::kOwnClasses,
                       .counted_size = 64,
                       .timed_size = -1};
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(overlap_of(size)).flops}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto seeds = filled<float>(2048, Number::kSingle, operands);
    const auto results =
        zeros<float>(std::int64_t{2} * 8 * kernels::kOverlapThreads * blocks_of_one(overlap_of(1)));
    const auto ran = std::make_shared<DeviceArray<kernels::Ran>>(std::vector<kernels::Ran>(2));
    return [=](cudaStream_t, int size) {
      std::array<cudaStream_t, 2> streams{};
      for (cudaStream_t& stream : streams) {
        kernels::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
      }
      const cudaError_t error =
          launch(overlap_of(size), seeds->get(), results->get(), ran->get(), streams);
      cudaDeviceSynchronize();
      for (cudaStream_t stream : streams) cudaStreamDestroy(stream);
      kernels::check_cuda(error, "two launches at once");
    };
  };
  return workload;
}

/// One stream, and both at once too.
GpuWorkload dependent_launch_workload(const CalibratedGpu& gpu) {
  const auto dependent_of = [gpu](int size) {
    return kernels::DependentLaunch{
        .overlap = {.processors = gpu.processors, .shared_bytes = gpu.shared_bytes, .trips = size}};
  };
  GpuWorkload workload{.name = "flopprof_dependent",
                       .promise = Promise::kOwnClasses,
                       .counted_size = 64,
                       .timed_size = -1};
  if (gpu.capability < 90) {
    workload.skipped = "no programmatic dependent launch before compute capability 9.0";
    return workload;
  }
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(dependent_of(size)).flops}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto seeds = filled<float>(2048, Number::kSingle, operands);
    const auto results = zeros<float>(std::int64_t{2} * 8 * kernels::kOverlapThreads *
                                      blocks_of_one(dependent_of(1).overlap));
    const auto ran = std::make_shared<DeviceArray<kernels::Ran>>(std::vector<kernels::Ran>(2));
    return [=](cudaStream_t stream, int size) {
      kernels::check_cuda(
          launch(dependent_of(size), seeds->get(), results->get(), ran->get(), stream),
          "a dependent launch");
    };
  };
  return workload;
}

GpuWorkload graph_workload(const CalibratedGpu& gpu) {
  const auto graph_of = [gpu](int size) {
    return kernels::GraphReplay{.first = kernels::vector_single().back(),
                                .firsts = 3,
                                .second = kernels::vector_single().front(),
                                .seconds = 2,
                                .launch = {.blocks = gpu.processors, .threads = 256, .trips = 16},
                                .replays = size};
  };
  GpuWorkload workload{.name = "CUDA graph of 5 launches",
                       .promise = Promise::kOwnClasses,
                       .counted_size = 4,
                       .timed_size = -1};
  workload.flops = [=](int size) {
    return FlopsByClass{
        {FlopClass::kFp32, flops_of(graph_of(size), kernels::FlopClass::kFp32, gpu.capability)}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto seeds = filled<float>(2048, Number::kSingle, operands);
    const auto result = zeros<float>(std::int64_t{8} * 256 * gpu.processors);
    return [=](cudaStream_t stream, int size) {
      kernels::check_cuda(replay(graph_of(size), seeds->get(), result->get(), stream),
                          "a CUDA graph");
    };
  };
  return workload;
}

GpuWorkload graph_loop_workload(const CalibratedGpu& gpu) {
  const auto loop_of = [gpu](int size) {
    return kernels::GraphLoop{.kernel = kernels::vector_single().back(),
                              .launch = {.blocks = gpu.processors, .threads = 256, .trips = 16},
                              .turns = size};
  };
  GpuWorkload workload{.name = "CUDA graph with a loop",
                       .promise = Promise::kOwnClasses,
                       .counted_size = 4,
                       .timed_size = -1};
  workload.flops = [=](int size) {
    return FlopsByClass{
        {FlopClass::kFp32, flops_of(loop_of(size), kernels::FlopClass::kFp32, gpu.capability)}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto seeds = filled<float>(2048, Number::kSingle, operands);
    const auto result = zeros<float>(std::int64_t{8} * 256 * gpu.processors);
    const auto left = zeros<int>(1);
    return [=](cudaStream_t stream, int size) {
      kernels::check_cuda(run(loop_of(size), seeds->get(), result->get(), left->get(), stream),
                          "a CUDA graph with a loop");
    };
  };
  return workload;
}

}  // namespace flopprof::tools
