#include <algorithm>

#include "kernels/timed_chain.cuh"

namespace flopprof::kernels {
extern "C" __global__ void flopprof_overlap(const void* seeds, void* results, int trips,
                                            unsigned long long* ran) {
  run_begun(seeds, results, trips, ran);
  end_run(ran);
}

int blocks_of_one(const Overlap& overlap) { return std::max(1, overlap.processors / 2); }

Work work_of(const Overlap& overlap) {
  Work work;
  work.flops = std::int64_t{2} * 512 * overlap.trips * kOverlapThreads * blocks_of_one(overlap);
  return work;
}

std::uint64_t union_ns(const Ran& one, const Ran& other) {
  const std::uint64_t apart =
      (one.ended_at_ns - one.began_at_ns) + (other.ended_at_ns - other.began_at_ns);
  const std::uint64_t began = std::max(one.began_at_ns, other.began_at_ns);
  const std::uint64_t ended = std::min(one.ended_at_ns, other.ended_at_ns);
  return ended > began ? apart - (ended - began) : apart;
}

cudaError_t launch(const Overlap& overlap, const float* seeds, float* results, Ran* ran,
                   const std::array<cudaStream_t, 2>& streams) {
  // More than half of a processor's shared memory, so that no two blocks share one.
  const int bytes = overlap.shared_bytes / 2;
  const cudaError_t allowed =
      cudaFuncSetAttribute(flopprof_overlap, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (allowed != cudaSuccess) return allowed;
  for (int i = 0; i < 2; ++i) {
    float* own =
        results + std::int64_t{1} * i * kTimedChains * kOverlapThreads * blocks_of_one(overlap);
    flopprof_overlap<<<static_cast<unsigned>(blocks_of_one(overlap)), kOverlapThreads,
                       static_cast<std::size_t>(bytes), streams[static_cast<std::size_t>(i)]>>>(
        seeds, own, overlap.trips, reinterpret_cast<unsigned long long*>(ran + i));
  }
  return cudaGetLastError();
}

}  // namespace flopprof::kernels
