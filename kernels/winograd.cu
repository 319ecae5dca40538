#include "kernels/arithmetic.cuh"
#include "kernels/winograd.h"
#include "kernels/winograd_steps.h"

namespace flopprof::kernels {
namespace {

using Steps = WinogradSteps<DeviceArithmetic>;
using Tensors = WinogradTensors<float>;

constexpr unsigned kThreads = 128;

__device__ int own_unit() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }

unsigned blocks_for(int units) { return (static_cast<unsigned>(units) + kThreads - 1) / kThreads; }

}  // namespace

extern "C" __global__ void flopprof_winograd_images(Winograd winograd, Tensors tensors) {
  const Steps steps(winograd, tensors);
  if (own_unit() < steps.image_units()) steps.transform_image(own_unit());
}

extern "C" __global__ void flopprof_winograd_filters(Winograd winograd, Tensors tensors) {
  const Steps steps(winograd, tensors);
  if (own_unit() < steps.filter_units()) steps.transform_filter(own_unit());
}

extern "C" __global__ void flopprof_winograd_products(Winograd winograd, Tensors tensors) {
  const Steps steps(winograd, tensors);
  if (own_unit() < steps.product_units()) steps.multiply(own_unit());
}

extern "C" __global__ void flopprof_winograd_results(Winograd winograd, Tensors tensors) {
  const Steps steps(winograd, tensors);
  if (own_unit() < steps.result_units()) steps.transform_result(own_unit());
}

int out_h(const Winograd& winograd) { return winograd.h + 2 * winograd.pad - 2; }
int out_w(const Winograd& winograd) { return winograd.w + 2 * winograd.pad - 2; }

std::int64_t squares_of(const Winograd& winograd) {
  return std::int64_t{1} * winograd.n * ((out_h(winograd) + 1) / 2) * ((out_w(winograd) + 1) / 2);
}

Work work_of(const Winograd& winograd) {
  const std::int64_t c = winograd.c;
  const std::int64_t k = winograd.k;
  const std::int64_t squares = squares_of(winograd);
  const std::int64_t images = std::int64_t{1} * winograd.n * winograd.h * winograd.w * c;
  const std::int64_t results = std::int64_t{1} * winograd.n * out_h(winograd) * out_w(winograd) * k;
  Work work;
  work.flops = 32 * squares * c + 42 * k * c + 2 * 16 * squares * c * k + 24 * squares * k;
  work.bytes = 4 * (images + 9 * k * c + results);
  work.required_flops = 2 * 9 * results * c;
  return work;
}

void launch(const Winograd& winograd, const WinogradMemory& memory, cudaStream_t stream) {
  Tensors tensors;
  tensors.images = memory.images;
  tensors.filters = memory.filters;
  tensors.results = memory.results;
  tensors.squares = memory.squares;
  tensors.transforms = memory.transforms;
  tensors.products = memory.products;
  const Steps steps(winograd, tensors);
  flopprof_winograd_images<<<blocks_for(steps.image_units()), kThreads, 0, stream>>>(winograd,
                                                                                     tensors);
  flopprof_winograd_filters<<<blocks_for(steps.filter_units()), kThreads, 0, stream>>>(winograd,
                                                                                       tensors);
  flopprof_winograd_products<<<blocks_for(steps.product_units()), kThreads, 0, stream>>>(winograd,
                                                                                         tensors);
  flopprof_winograd_results<<<blocks_for(steps.result_units()), kThreads, 0, stream>>>(winograd,
                                                                                       tensors);
}

}  // namespace flopprof::kernels
