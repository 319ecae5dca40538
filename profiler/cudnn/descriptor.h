#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/cudnn/library.h"

namespace flopprof::cudnn {

/// How cuDNN calls the types of attributes.
template <typename T>
inline constexpr cudnnBackendAttributeType_t kAttributeType = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr auto kAttributeType<std::int64_t> = CUDNN_TYPE_INT64;
template <>
inline constexpr auto kAttributeType<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr auto kAttributeType<char> = CUDNN_TYPE_CHAR;
template <>
inline constexpr auto kAttributeType<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr auto kAttributeType<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr auto kAttributeType<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr auto kAttributeType<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;
template <>
inline constexpr auto kAttributeType<cudnnBackendNumericalNote_t> = CUDNN_TYPE_NUMERICAL_NOTE;
template <>
inline constexpr auto kAttributeType<cudnnBackendBehaviorNote_t> = CUDNN_TYPE_BEHAVIOR_NOTE;

/// One descriptor of the graph API, owned. All functions throw CudnnError, which names `what`.
class Descriptor {
 public:
  Descriptor(const Library& library, cudnnBackendDescriptorType_t type, std::string what);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;

  template <typename T>
  Descriptor& set(cudnnBackendAttributeName_t name, std::span<const T> values) {
    set_raw(name, kAttributeType<T>, static_cast<std::int64_t>(values.size()), values.data());
    return *this;
  }
  template <typename T>
  Descriptor& set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
    return set(name, std::span<const T>(values));
  }
  template <typename T>
  Descriptor& set(cudnnBackendAttributeName_t name, T value) {
    return set(name, std::span<const T>(&value, 1));
  }
  Descriptor& set(cudnnBackendAttributeName_t name, const Descriptor& other);

  Descriptor& finalize();
  /// False where cuDNN does not support what was described.
  bool supported();

  /// At most `most` values.
  template <typename T>
  std::vector<T> get(cudnnBackendAttributeName_t name, std::size_t most) const {
    std::vector<T> values(most);
    values.resize(get_raw(name, kAttributeType<T>, most, values.data()));
    return values;
  }
  /// Fills in `others`, made by the caller; answers how many are.
  std::size_t get(cudnnBackendAttributeName_t name, std::vector<Descriptor>& others) const;
  std::size_t count_of_descriptors(cudnnBackendAttributeName_t name) const;

  cudnnBackendDescriptor_t handle() const { return handle_; }

 private:
  void set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
               std::int64_t count, const void* values);
  std::size_t get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                      std::size_t most, void* values) const;

  const Library& library_;
  std::string what_;
  cudnnBackendDescriptor_t handle_ = nullptr;
};

}  // namespace flopprof::cudnn
