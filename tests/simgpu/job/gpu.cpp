#include <cstdio>
#include <cstdlib>

#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {

int steps_wanted = 3;

void check(CUresult result) {
  if (result == CUDA_SUCCESS) return;
  std::printf("error %d\n", static_cast<int>(result));
  std::exit(3);
}

Gpu::Gpu(int ordinal) {
  CUdevice device = 0;
  check(cuDeviceGet(&device, ordinal));
  check(cuCtxCreate(&context, nullptr, 0, device));
  check(cuModuleLoadData(&module, "a module"));
  for (CUstream& stream : streams) check(cuStreamCreate(&stream, 0));
}

CUfunction Gpu::kernel(const std::string& name) {
  CUfunction& function = kernels[name];
  if (function == nullptr) check(cuModuleGetFunction(&function, module, name.c_str()));
  return function;
}

void Gpu::launch(const std::string& name, Dim3 grid, std::size_t stream) {
  check(cuLaunchKernel(kernel(name), grid.x, grid.y, grid.z, 1, 1, 1, 0, streams[stream], nullptr,
                       nullptr));
}

void Gpu::launch(const std::string& name, unsigned blocks, std::size_t stream) {
  launch(name, Dim3{.x = blocks}, stream);
}

}  // namespace simgpu::job
