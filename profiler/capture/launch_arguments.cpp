#include "profiler/capture/launch_arguments.h"

namespace flopprof::capture {
namespace {

/// cuLaunchKernel_params, cuLaunchCooperativeKernel_params and CUlaunchConfig name these alike.
template <typename Geometry>
LaunchArguments launch_of(CUfunction function, const Geometry& geometry) {
  return {.function = function,
          .stream = geometry.hStream,
          .grid = {geometry.gridDimX, geometry.gridDimY, geometry.gridDimZ},
          .block = {geometry.blockDimX, geometry.blockDimY, geometry.blockDimZ},
          .shared_memory = geometry.sharedMemBytes};
}

template <typename Arguments>
LaunchArguments of_kernel(const void* arguments) {
  const auto& call = *static_cast<const Arguments*>(arguments);
  return launch_of(call.f, call);
}

/// Of the attributes only the cluster changes what runs; some others hold pointers that are never
/// the same.
std::optional<LaunchArguments> of_kernel_ex(const cuLaunchKernelEx_params& call) {
  if (call.config == nullptr) return std::nullopt;
  const CUlaunchConfig& config = *call.config;
  LaunchArguments launch = launch_of(call.f, config);
  for (unsigned i = 0; config.attrs != nullptr && i < config.numAttrs; ++i) {
    if (config.attrs[i].id != CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) continue;
    const auto& cluster = config.attrs[i].value.clusterDim;
    launch.cluster = {cluster.x, cluster.y, cluster.z};
  }
  return launch;
}

}  // namespace

std::optional<LaunchArguments> launch_arguments(CUpti_CallbackId id,
                                                const void* arguments) noexcept {
  if (arguments == nullptr) return std::nullopt;
  switch (id) {
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz:
      return of_kernel<cuLaunchKernel_params>(arguments);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz:
      return of_kernel<cuLaunchCooperativeKernel_params>(arguments);
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx:
    case CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz:
      return of_kernel_ex(*static_cast<const cuLaunchKernelEx_params*>(arguments));
    case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch:
    case CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch_ptsz: {
      const auto& call = *static_cast<const cuGraphLaunch_params*>(arguments);
      return LaunchArguments{.graph = call.hGraph, .stream = call.hStream};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace flopprof::capture
