#include "profiler/cudnn/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <vector>

namespace flopprof::cudnn {
namespace {

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) throw CudnnError(fmt::format("libcudnn has no {}", name));
}

void* open_first(const std::vector<std::string>& paths) {
  std::string error;
  for (const std::string& path : paths) {
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    if (error.empty()) error = ::dlerror();
  }
  throw CudnnError(
      fmt::format("no cuDNN: {}; install cuDNN 9, or name its folder in LD_LIBRARY_PATH", error));
}

std::vector<std::string> candidates(const std::string& path) {
  if (!path.empty()) return {path};
  return {"libcudnn.so.9", "/usr/local/cuda/lib64/libcudnn.so.9",
          "/usr/local/cuda/lib/libcudnn.so.9"};
}

Library functions_of(void* library) {
  Library functions;
  find(library, "cudnnGetVersion", functions.version);
  find(library, "cudnnGetErrorString", functions.error_string);
  find(library, "cudnnGetLastErrorString", functions.last_error_string);
  find(library, "cudnnCreate", functions.create);
  find(library, "cudnnDestroy", functions.destroy);
  find(library, "cudnnSetStream", functions.set_stream);
  find(library, "cudnnBackendCreateDescriptor", functions.create_descriptor);
  find(library, "cudnnBackendDestroyDescriptor", functions.destroy_descriptor);
  find(library, "cudnnBackendSetAttribute", functions.set_attribute);
  find(library, "cudnnBackendGetAttribute", functions.get_attribute);
  find(library, "cudnnBackendFinalize", functions.finalize);
  find(library, "cudnnBackendExecute", functions.execute);
  return functions;
}

}  // namespace

void Library::check(cudnnStatus_t status, const std::string& tried) const {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 1024> detail{};
  last_error_string(detail.data(), detail.size());
  throw CudnnError(
      fmt::format("{}: {}{}{}", tried, error_string(status), detail[0] ? ", " : "", detail.data()));
}

Library open_library(const std::string& path) {
  Library library = functions_of(open_first(candidates(path)));
  if (library.version() < kOldestVersion) {
    throw CudnnError(fmt::format("cuDNN {} is too old: 9.8 or later can tell its engines",
                                 version_text(library)));
  }
  return library;
}

std::string version_text(const Library& library) {
  const std::size_t version = library.version();
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace flopprof::cudnn
