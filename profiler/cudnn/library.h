#pragma once

#include <cudnn.h>

#include <stdexcept>
#include <string>

namespace flopprof::cudnn {

/// What was asked of cuDNN, and why it did not do it.
struct CudnnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The functions of libcudnn that are called here. Nothing links with it: it is looked for when
/// somebody wants to measure.
struct Library {
  decltype(&cudnnGetVersion) version = nullptr;
  decltype(&cudnnGetErrorString) error_string = nullptr;
  decltype(&cudnnGetLastErrorString) last_error_string = nullptr;
  decltype(&cudnnCreate) create = nullptr;
  decltype(&cudnnDestroy) destroy = nullptr;
  decltype(&cudnnSetStream) set_stream = nullptr;
  decltype(&cudnnBackendCreateDescriptor) create_descriptor = nullptr;
  decltype(&cudnnBackendDestroyDescriptor) destroy_descriptor = nullptr;
  decltype(&cudnnBackendSetAttribute) set_attribute = nullptr;
  decltype(&cudnnBackendGetAttribute) get_attribute = nullptr;
  decltype(&cudnnBackendFinalize) finalize = nullptr;
  decltype(&cudnnBackendExecute) execute = nullptr;

  /// Throws CudnnError, which says `tried` and what cuDNN says, unless `status` is success.
  void check(cudnnStatus_t status, const std::string& tried) const;
};

/// From 9.8 on, plans are made for a description of a device, which may be another machine's.
inline constexpr std::size_t kOldestVersion = 90800;

/// Opens `path`, or libcudnn.so.9 where the loader or a toolkit in /usr/local/cuda has it. It is
/// never closed: its kernels may still run. Throws CudnnError where there is none, or one that is
/// too old.
Library open_library(const std::string& path = "");

/// "9.19.0"
std::string version_text(const Library& library);

}  // namespace flopprof::cudnn
