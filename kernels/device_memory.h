#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace flopprof::kernels {

/// Throws std::runtime_error that says what was tried and why it failed.
inline void check_cuda(cudaError_t error, const std::string& tried) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(tried + ": " + cudaGetErrorString(error));
}

/// An array in the memory of the current device.
template <class T>
class DeviceArray {
 public:
  /// Every byte is zero.
  explicit DeviceArray(std::size_t count) : count_(count) {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, bytes()),
               "no " + std::to_string(bytes()) + " bytes of GPU memory");
    memory_ = static_cast<T*>(memory);
    cudaMemset(memory, 0, bytes());
    // Streams that do not wait for the default one may use this at once.
    if (const cudaError_t error = cudaDeviceSynchronize()) {
      cudaFree(memory_);
      check_cuda(error, "GPU memory cannot be set");
    }
  }
  explicit DeviceArray(const std::vector<T>& numbers) : DeviceArray(numbers.size()) {
    check_cuda(cudaMemcpy(memory_, numbers.data(), bytes(), cudaMemcpyHostToDevice),
               "a copy to the GPU");
    check_cuda(cudaDeviceSynchronize(), "a copy to the GPU");
  }
  ~DeviceArray() { cudaFree(memory_); }
  DeviceArray(DeviceArray&& other) noexcept
      : count_(std::exchange(other.count_, 0)), memory_(std::exchange(other.memory_, nullptr)) {}
  DeviceArray& operator=(DeviceArray&&) = delete;

  T* get() const { return memory_; }
  std::size_t count() const { return count_; }

  /// Waits for all that was launched before.
  std::vector<T> content() const {
    std::vector<T> numbers(count_);
    check_cuda(cudaMemcpy(numbers.data(), memory_, bytes(), cudaMemcpyDeviceToHost),
               "a copy from the GPU");
    return numbers;
  }

 private:
  std::size_t bytes() const { return count_ * sizeof(T); }

  std::size_t count_ = 0;
  T* memory_ = nullptr;
};

}  // namespace flopprof::kernels
