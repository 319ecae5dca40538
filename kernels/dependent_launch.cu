#include "kernels/dependent_launch.h"
#include "kernels/timed_chain.cuh"

namespace flopprof::kernels {

extern "C" __global__ void flopprof_depended_on(const void* seeds, void* results, int trips,
                                                unsigned long long* ran) {
  asm volatile("griddepcontrol.launch_dependents;");
  run_begun(seeds, results, trips, ran);
  end_run(ran);
}

extern "C" __global__ void flopprof_dependent(const void* seeds, void* results, int trips,
                                              unsigned long long* ran) {
  run_begun(seeds, results, trips, ran);
  asm volatile("griddepcontrol.wait;" ::: "memory");
  end_run(ran);
}

Work work_of(const DependentLaunch& dependent) { return work_of(dependent.overlap); }

namespace {

/// One block a processor, because each takes more than half of its shared memory.
cudaError_t launch_one(void (*kernel)(const void*, void*, int, unsigned long long*),
                       const DependentLaunch& dependent, Begins begins, const void* seeds,
                       void* results, Ran* ran, cudaStream_t stream) {
  const int bytes = dependent.overlap.shared_bytes / 2;
  const cudaError_t allowed =
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (allowed != cudaSuccess) return allowed;
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks_of_one(dependent.overlap)));
  config.blockDim = dim3(kOverlapThreads);
  config.dynamicSmemBytes = static_cast<std::size_t>(bytes);
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = begins == Begins::kEarly ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, seeds, results, dependent.overlap.trips,
                            reinterpret_cast<unsigned long long*>(ran));
}

}  // namespace

cudaError_t launch(const DependentLaunch& dependent, const float* seeds, float* results, Ran* ran,
                   cudaStream_t stream) {
  const cudaError_t error =
      launch_one(flopprof_depended_on, dependent, Begins::kAfter, seeds, results, ran, stream);
  if (error != cudaSuccess) return error;
  float* theirs =
      results + std::int64_t{1} * kTimedChains * kOverlapThreads * blocks_of_one(dependent.overlap);
  return launch_one(flopprof_dependent, dependent, dependent.begins, seeds, theirs, ran + 1,
                    stream);
}

}  // namespace flopprof::kernels
