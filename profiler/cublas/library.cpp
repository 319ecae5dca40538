#include "profiler/cublas/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <vector>

namespace flopprof::cublas {
namespace {

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) throw CublasError(fmt::format("libcublas has no {}", name));
}

void* open_first(const std::vector<std::string>& paths) {
  std::string error;
  for (const std::string& path : paths) {
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    if (error.empty()) error = ::dlerror();
  }
  throw CublasError(fmt::format(
      "no cuBLAS: {}; install cuBLAS 12 or 13, or name its folder in LD_LIBRARY_PATH", error));
}

std::vector<std::string> candidates(const std::string& path) {
  if (!path.empty()) return {path};
  return {"libcublas.so.13", "/usr/local/cuda/lib64/libcublas.so.13", "libcublas.so.12",
          "/usr/local/cuda/lib64/libcublas.so.12"};
}

}  // namespace

void Library::check(cublasStatus_t status, const std::string& tried) const {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw CublasError(fmt::format("{}: {}", tried, status_string(status)));
}

Library open_library(const std::string& path) {
  void* library = open_first(candidates(path));
  Library functions;
  find(library, "cublasCreate_v2", functions.create);
  find(library, "cublasDestroy_v2", functions.destroy);
  find(library, "cublasGetVersion_v2", functions.version);
  find(library, "cublasGetStatusString", functions.status_string);
  find(library, "cublasSetStream_v2", functions.set_stream);
  find(library, "cublasSetMathMode", functions.set_math_mode);
  find(library, "cublasSgemm_v2", functions.sgemm);
  find(library, "cublasGemmEx", functions.gemm_ex);
  return functions;
}

}  // namespace flopprof::cublas
