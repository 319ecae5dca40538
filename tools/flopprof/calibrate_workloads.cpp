#include "tools/flopprof/calibrate_workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>

#include "kernels/device_memory.h"
#include "kernels/reference_kernel.h"

namespace flopprof::tools {
namespace {

using kernels::DeviceArray;
using kernels::Operands;
using kernels::ReferenceKernel;

constexpr int kThreads = 256;
constexpr int kLanes = 7;  ///< of those that take part where not all do: no round number
constexpr int kCountedTrips = 64;

/// Kernels that do less work a trip of a thread or warp do not show what a GPU can.
constexpr std::int64_t kFlopsOfAPeak = 128;

/// The counters' class of a kernel's class: scalar bfloats have no counter of their own.
FlopClass counted_as(kernels::FlopClass kind) {
  switch (kind) {
    case kernels::FlopClass::kFp64:
      return FlopClass::kFp64;
    case kernels::FlopClass::kFp32:
      return FlopClass::kFp32;
    case kernels::FlopClass::kFp16:
    case kernels::FlopClass::kBf16:
      return FlopClass::kFp16;
    case kernels::FlopClass::kTensorFp64:
      return FlopClass::kTensorFp64;
    case kernels::FlopClass::kTensorTf32:
      return FlopClass::kTensorTf32;
    case kernels::FlopClass::kTensorFp16:
      return FlopClass::kTensorFp16;
    case kernels::FlopClass::kTensorBf16:
      return FlopClass::kTensorBf16;
    case kernels::FlopClass::kTensorFp8:
      return FlopClass::kTensorFp8;
  }
  throw std::logic_error("a class that no counter counts");
}

std::set<kernels::FlopClass> classes_of(const ReferenceKernel& kernel, int capability) {
  std::set<kernels::FlopClass> classes;
  for (const kernels::TripFlops& trip : kernel.trip) {
    if (trip.first_capability <= capability && capability <= trip.last_capability) {
      classes.insert(trip.kind);
    }
  }
  return classes;
}

bool is_sparse(const ReferenceKernel& kernel) {
  return std::string(kernel.name).find("mma_sp") != std::string::npos;
}

std::optional<FlopClass> peak_of(const ReferenceKernel& kernel, int capability) {
  const auto classes = classes_of(kernel, capability);
  if (classes.size() != 1 || is_sparse(kernel) || kernel.written_a_thread != 0) return std::nullopt;
  for (const kernels::TripFlops& trip : kernel.trip) {
    if (trip.lanes != kernels::Lanes::kAll) return std::nullopt;
    if (trip.a_thread < kFlopsOfAPeak && trip.a_warp < kFlopsOfAPeak) return std::nullopt;
  }
  return counted_as(*classes.begin());
}

/// Of what was made to show what a class can: multiply-adds of vectors, products of warp groups.
std::optional<double> share_wanted(const ReferenceKernel& kernel, std::optional<FlopClass> peak) {
  const std::string name = kernel.name;
  const bool is_made_for_it =
      name.find("fma") != std::string::npos || name.find("wgmma") != std::string::npos;
  return peak && is_made_for_it ? std::optional(0.95) : std::nullopt;
}

/// As many blocks as run at once.
int blocks_of(const ReferenceKernel& kernel, int processors) {
  int blocks = 0;
  kernels::check_cuda(
      cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel.entry, kThreads, 0),
      kernel.name);
  return std::max(blocks, 1) * processors;
}

std::vector<std::uint8_t> seeds_for(const ReferenceKernel& kernel, Operands operands) {
  return kernels::seeds_of(kernel.numbers, operands, kernels::takes_matrices(kernel));
}

GpuWorkload::Run prepared(const ReferenceKernel& kernel, int processors, Operands operands) {
  const kernels::Launch shape{
      .blocks = blocks_of(kernel, processors), .threads = kThreads, .lanes = kLanes};
  const auto seeds = std::make_shared<DeviceArray<std::uint8_t>>(seeds_for(kernel, operands));
  const std::size_t bytes = static_cast<std::size_t>(shape.blocks) * kThreads *
                            static_cast<std::size_t>(std::max(kernel.result_bytes_a_thread, 1));
  const auto result = std::make_shared<DeviceArray<std::uint8_t>>(bytes);
  return [kernel, shape, seeds, result](cudaStream_t stream, int size) {
    kernels::Launch own = shape;
    own.trips = size;
    launch(kernel, own, seeds->get(), result->get(), stream);
  };
}

GpuWorkload workload_of(const ReferenceKernel& kernel, const CalibratedGpu& gpu) {
  GpuWorkload workload{.name = kernel.name, .counted_size = kCountedTrips};
  if (gpu.capability < kernel.first_capability || gpu.capability > kernel.last_capability) {
    workload.skipped = fmt::format("no instruction of compute capability {}.{}",
                                   gpu.capability / 10, gpu.capability % 10);
    return workload;
  }
  if (is_sparse(kernel)) workload.promise = calibration::Promise::kNone;
  workload.peak_of = peak_of(kernel, gpu.capability);
  workload.share_wanted = share_wanted(kernel, workload.peak_of);
  if (workload.peak_of) {
    workload.operands = {Operands::kZeros, Operands::kRandom, Operands::kToggling};
  }
  workload.flops = [kernel, gpu](int size) {
    kernels::Launch own{.blocks = blocks_of(kernel, gpu.processors),
                        .threads = kThreads,
                        .trips = size,
                        .lanes = kLanes};
    FlopsByClass flops;
    for (const kernels::FlopClass kind : classes_of(kernel, gpu.capability)) {
      flops[counted_as(kind)] += flops_of(kernel, kind, own, gpu.capability);
    }
    return flops;
  };
  if (kernel.written_a_thread != 0) {
    workload.written_flops = [kernel, gpu](int size) {
      return kernel.written_a_thread * kThreads * blocks_of(kernel, gpu.processors) * size;
    };
  }
  workload.prepare = [kernel, gpu](Operands operands) {
    return prepared(kernel, gpu.processors, operands);
  };
  return workload;
}

}  // namespace

std::vector<GpuWorkload> workloads_for(const CalibratedGpu& gpu) {
  std::vector<GpuWorkload> workloads;
  for (const ReferenceKernel& kernel : kernels::reference_kernels()) {
    workloads.push_back(workload_of(kernel, gpu));
  }
  for (GpuWorkload& workload : shaped_workloads_for(gpu)) workloads.push_back(workload);
  for (GpuWorkload& workload : cublas_workloads(gpu)) workloads.push_back(workload);
  return workloads;
}

}  // namespace flopprof::tools
