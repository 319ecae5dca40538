#pragma once

#include <cstdint>
#include <string>

#include "profiler/cublas/library.h"

namespace flopprof::cublas {

/// A handle on the current CUDA device, which computes single precision in single precision: no
/// TF32. Throws CublasError where there is no device to use.
class Session {
 public:
  explicit Session(const Library& library);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  cublasHandle_t handle() const { return handle_; }
  const Library& library() const { return library_; }
  std::string version() const;  ///< "13.1.0"

 private:
  const Library library_;
  cublasHandle_t handle_ = nullptr;
};

/// The sizes of a product: m×k by k×n.
struct Sizes {
  int m = 0;
  int n = 0;
  int k = 0;
};

// cuBLAS reads matrices by columns; these take and make them by rows, in device memory. Enqueued on
// `stream`. They throw CublasError.

/// m×k by k×n, of singles.
void multiply(const Session& session, const Sizes& sizes, const float* left, const float* right,
              float* product, cudaStream_t stream);

/// m×k by the transpose of n×k, of bfloats, summed in single precision.
void multiply_by_transpose(const Session& session, const Sizes& sizes, const std::uint16_t* left,
                           const std::uint16_t* right, std::uint16_t* product, cudaStream_t stream);

}  // namespace flopprof::cublas
