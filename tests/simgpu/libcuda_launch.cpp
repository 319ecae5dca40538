// The stand-in for the driver: modules and launches. A module has every kernel that it is asked
// for.

#include <elf.h>

#include <cstring>

#include "tests/simgpu/driver.h"

namespace {

using simgpu::Call;
using simgpu::Dim3;
using simgpu::driver;
using simgpu::KernelNode;
using simgpu::run;

const char* symbol_of(CUfunction function) {
  return function == nullptr ? nullptr : function->name.c_str();
}

/// A cubin tells its own length; any other image is a text.
std::string copied_image(const void* image) {
  const auto* bytes = static_cast<const char*>(image);
  if (std::strncmp(bytes, ELFMAG, SELFMAG) != 0) return bytes;
  Elf64_Ehdr header;
  std::memcpy(&header, bytes, sizeof header);
  return {bytes, header.e_shoff + std::size_t{header.e_shentsize} * header.e_shnum};
}

void tell_module(CUpti_CallbackIdResource id, const CUmod_st& module) {
  CUpti_ModuleResourceData details{
      .moduleId = module.id, .cubinSize = module.image.size(), .pCubin = module.image.data()};
  simgpu::tell_resource(id, simgpu::current(), &details);
}

Dim3 cluster_in(const CUlaunchConfig& config) {
  for (unsigned at = 0; at < config.numAttrs; ++at) {
    if (config.attrs[at].id != CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) continue;
    const auto& size = config.attrs[at].value.clusterDim;
    return {size.x, size.y, size.z};
  }
  return {};
}

KernelNode kernel_of(const CUlaunchConfig& config, CUfunction function) {
  return {.function = function,
          .grid = {config.gridDimX, config.gridDimY, config.gridDimZ},
          .block = {config.blockDimX, config.blockDimY, config.blockDimZ},
          .cluster = cluster_in(config),
          .shared_memory = config.sharedMemBytes};
}

/// The first argument of a kernel that is given any.
unsigned rounds_in(void** arguments) {
  return arguments == nullptr ? 1 : *static_cast<const unsigned*>(arguments[0]);
}

template <typename Params>
KernelNode kernel_of(const Params& params) {
  return {.function = params.f,
          .grid = {params.gridDimX, params.gridDimY, params.gridDimZ},
          .block = {params.blockDimX, params.blockDimY, params.blockDimZ},
          .shared_memory = params.sharedMemBytes,
          .rounds = rounds_in(params.kernelParams)};
}

template <typename Params>
CUresult launched(CUpti_driver_api_trace_cbid id, const char* name, const Params& params) {
  Call call(id, name, &params, symbol_of(params.f));
  return call.ends(run(kernel_of(params), params.hStream, {.correlation = call.correlation()}));
}

}  // namespace

extern "C" {

CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  if (image == nullptr) return CUDA_ERROR_INVALID_VALUE;
  if (simgpu::current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  {
    const std::lock_guard lock(driver().mutex);
    *module = &driver().modules.emplace_back();
    (*module)->id = static_cast<std::uint32_t>(driver().modules.size());
    (*module)->image = copied_image(image);
  }
  tell_module(CUPTI_CBID_RESOURCE_MODULE_LOADED, **module);
  return CUDA_SUCCESS;
}

/// Its functions stay: records that have not been read yet hold their names.
CUresult cuModuleUnload(CUmodule module) {
  if (module == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  tell_module(CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING, *module);
  return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  const std::lock_guard lock(driver().mutex);
  *function = &module->functions.emplace_back();
  (*function)->name = name;
  (*function)->module = module;
  return CUDA_SUCCESS;
}

CUresult cuFuncGetModule(CUmodule* module, CUfunction function) {
  if (function == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  *module = function->module;
  return CUDA_SUCCESS;
}

CUresult cuFuncGetName(const char** name, CUfunction function) {
  if (function == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  *name = function->name.c_str();
  return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                        CUstream stream, void** arguments, void** extra) {
  const cuLaunchKernel_params params{function, grid_x, grid_y, grid_z,    block_x, block_y,
                                     block_z,  shared, stream, arguments, extra};
  return launched(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel, "cuLaunchKernel", params);
}

CUresult cuLaunchKernel_ptsz(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                             unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                             CUstream stream, void** arguments, void** extra) {
  const cuLaunchKernel_ptsz_params params{function, grid_x, grid_y, grid_z,    block_x, block_y,
                                          block_z,  shared, stream, arguments, extra};
  return launched(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz, "cuLaunchKernel_ptsz", params);
}

CUresult cuLaunchCooperativeKernel(CUfunction function, unsigned grid_x, unsigned grid_y,
                                   unsigned grid_z, unsigned block_x, unsigned block_y,
                                   unsigned block_z, unsigned shared, CUstream stream,
                                   void** arguments) {
  const cuLaunchCooperativeKernel_params params{function, grid_x,  grid_y, grid_z, block_x,
                                                block_y,  block_z, shared, stream, arguments};
  return launched(CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel, "cuLaunchCooperativeKernel",
                  params);
}

CUresult cuLaunchKernelEx(const CUlaunchConfig* config, CUfunction function, void** arguments,
                          void** extra) {
  const cuLaunchKernelEx_params params{config, function, arguments, extra};
  Call call(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx, "cuLaunchKernelEx", &params,
            symbol_of(function));
  return call.ends(
      run(kernel_of(*config, function), config->hStream, {.correlation = call.correlation()}));
}
}
