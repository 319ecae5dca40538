#include "profiler/capture/launch_identity.h"

#include <initializer_list>

namespace flopprof::capture {
namespace {

/// The finaliser of MurmurHash3: what differs in one bit differs in half of them.
std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 33, value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33, value *= 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 33);
}

std::uint64_t hash_of(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t hash = 0;
  for (const std::uint64_t part : parts) hash = mixed(hash ^ part) + 0x9e3779b97f4a7c15u;
  return hash;
}

std::uint64_t pair_of(unsigned high, unsigned low) { return std::uint64_t{high} << 32 | low; }

std::uint64_t address(const void* handle) { return reinterpret_cast<std::uintptr_t>(handle); }

/// The attributes that change what runs; of the others some hold pointers that are never the same.
std::uint64_t hash_of_attributes(const CUlaunchConfig& config) {
  std::uint64_t hash = 0;
  for (unsigned i = 0; config.attrs != nullptr && i < config.numAttrs; ++i) {
    const CUlaunchAttribute& attribute = config.attrs[i];
    if (attribute.id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) {
      const auto& cluster = attribute.value.clusterDim;
      hash += hash_of({pair_of(cluster.x, cluster.y), cluster.z});
    }
  }
  return hash;
}

Launch launch(std::uint64_t of_handle, std::uint64_t epoch, CUstream stream) {
  return {.identity = hash_of({of_handle, epoch}), .of_handle = of_handle, .stream = stream};
}

/// cuLaunchKernel_params and cuLaunchCooperativeKernel_params name these fields alike.
template <typename Arguments>
Launch of_kernel(const Arguments& call, std::uint64_t epoch) {
  return launch(hash_of({address(call.f), pair_of(call.gridDimX, call.gridDimY),
                         pair_of(call.gridDimZ, call.sharedMemBytes),
                         pair_of(call.blockDimX, call.blockDimY), call.blockDimZ}),
                epoch, call.hStream);
}

}  // namespace

std::optional<Launch> LaunchIdentities::of(CUpti_CallbackId id,
                                           const void* arguments) const noexcept {
  if (arguments == nullptr) return std::nullopt;
  const std::uint64_t functions = functions_.load(std::memory_order_relaxed);
  switch (id) {
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz:
      return of_kernel(*static_cast<const cuLaunchKernel_params*>(arguments), functions);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz:
      return of_kernel(*static_cast<const cuLaunchCooperativeKernel_params*>(arguments), functions);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz: {
      const auto& call = *static_cast<const cuLaunchKernelEx_params*>(arguments);
      if (call.config == nullptr) return std::nullopt;
      const CUlaunchConfig& config = *call.config;
      return launch(hash_of({address(call.f), pair_of(config.gridDimX, config.gridDimY),
                             pair_of(config.gridDimZ, config.sharedMemBytes),
                             pair_of(config.blockDimX, config.blockDimY), config.blockDimZ,
                             hash_of_attributes(config)}),
                    functions, config.hStream);
    }
    case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch:
    case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch_ptsz: {
      const auto& call = *static_cast<const cuGraphLaunch_params*>(arguments);
      const std::uint64_t graphs = graphs_.load(std::memory_order_relaxed);
      Launch graph =
          launch(hash_of({address(call.hGraph)}), hash_of({graphs, functions}), call.hStream);
      graph.graph = true;
      return graph;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace flopprof::capture
