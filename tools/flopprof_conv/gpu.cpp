#include "tools/flopprof_conv/gpu.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "kernels/gpu_state.h"
#include "profiler/convolution_timing/random_numbers.h"

namespace flopprof::tools {
namespace {

using convolution::Shape;
using convolution_timing::Tensors;

constexpr std::size_t kWidestResult = 4;   ///< bytes of an element
constexpr std::size_t kPattern = 1 << 20;  ///< numbers drawn; what is longer repeats them

void check(cudaError_t error, const std::string& tried) {
  if (error != cudaSuccess) {
    throw std::runtime_error(fmt::format("{}: {}", tried, cudaGetErrorString(error)));
  }
}

/// Fills by copying what is there already, twice as much each time.
void fill(void* memory, std::size_t bytes, const std::vector<std::uint8_t>& pattern) {
  auto* const begin = static_cast<std::uint8_t*>(memory);
  std::size_t filled = std::min(bytes, pattern.size());
  check(cudaMemcpy(begin, pattern.data(), filled, cudaMemcpyHostToDevice), "a copy to the GPU");
  while (filled < bytes) {
    const std::size_t more = std::min(filled, bytes - filled);
    check(cudaMemcpy(begin + filled, begin, more, cudaMemcpyDeviceToDevice), "a copy on the GPU");
    filled += more;
  }
}

/// Elements of the input, the weights and the output.
std::array<std::size_t, 3> elements_of(const Shape& shape) {
  const auto product = [](std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return static_cast<std::size_t>(a * b * c * d);
  };
  return {product(shape.images, shape.channels, shape.height, shape.width),
          product(shape.filters, shape.channels / shape.groups, shape.filter_height,
                  shape.filter_width),
          product(shape.images, shape.filters, shape.output_height(), shape.output_width())};
}

/// Keeps the memory with the pointers to it.
struct OwnedTensors {
  Tensors tensors;
  std::array<std::shared_ptr<void>, 3> memory;
};

}  // namespace

Gpu use_gpu(int index) {
  int count = 0;
  check(cudaGetDeviceCount(&count), "no GPU to measure on");
  if (index >= count) {
    throw std::runtime_error(fmt::format("--gpu {}: CUDA sees {} GPU{}, counted from 0", index,
                                         count, count == 1 ? "" : "s"));
  }
  check(cudaSetDevice(index), fmt::format("GPU {}", index));
  check(cudaFree(nullptr), fmt::format("a context on GPU {}", index));
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), fmt::format("GPU {}", index));
  return {properties.name, kernels::uuid_text(properties.uuid.bytes)};
}

std::shared_ptr<void> gpu_bytes(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error != cudaSuccess) {
    cudaGetLastError();  // so that the next call does not report this one
    throw std::runtime_error(
        fmt::format("no {} MiB of GPU memory: {}", bytes >> 20, cudaGetErrorString(error)));
  }
  return {memory, [](void* freed) { cudaFree(freed); }};
}

std::shared_ptr<const Tensors> gpu_tensors(const convolution::Analysis& analysis) {
  const auto elements = elements_of(analysis.layer.shape);
  auto owned = std::make_shared<OwnedTensors>();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::size_t bytes = elements[i] * kWidestResult;
    owned->memory[i] = gpu_bytes(bytes);
    const auto seed = static_cast<std::uint32_t>(i + 1);
    fill(owned->memory[i].get(), bytes,
         convolution_timing::random_numbers(analysis.format, kPattern, seed));
  }
  check(cudaDeviceSynchronize(), "the tensors of a convolution");
  owned->tensors = {owned->memory[0].get(), owned->memory[1].get(), owned->memory[2].get()};
  return {owned, &owned->tensors};
}

}  // namespace flopprof::tools
