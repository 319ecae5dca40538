#include "profiler/cublas/product.h"

#include <fmt/format.h>

namespace flopprof::cublas {

Session::Session(const Library& library) : library_(library) {
  library_.check(library_.create(&handle_), "a cuBLAS handle");
  const cublasStatus_t set = library_.set_math_mode(handle_, CUBLAS_DEFAULT_MATH);
  if (set == CUBLAS_STATUS_SUCCESS) return;
  library_.destroy(handle_);
  library_.check(set, "cuBLAS in plain single precision");
}

Session::~Session() { library_.destroy(handle_); }

std::string Session::version() const {
  int version = 0;
  library_.check(library_.version(handle_, &version), "cuBLAS's version");
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

// A matrix by rows is its own transpose by columns. So is the product, with the factors the other
// way round.

void multiply(const Session& session, const Sizes& sizes, const float* left, const float* right,
              float* product, cudaStream_t stream) {
  const Library& library = session.library();
  constexpr float kOne = 1;
  constexpr float kZero = 0;
  library.check(library.set_stream(session.handle(), stream), "a stream for cuBLAS");
  library.check(library.sgemm(session.handle(), CUBLAS_OP_N, CUBLAS_OP_N, sizes.n, sizes.m, sizes.k,
                              &kOne, right, sizes.n, left, sizes.k, &kZero, product, sizes.n),
                "cublasSgemm");
}

void multiply_by_transpose(const Session& session, const Sizes& sizes, const std::uint16_t* left,
                           const std::uint16_t* right, std::uint16_t* product,
                           cudaStream_t stream) {
  const Library& library = session.library();
  constexpr float kOne = 1;
  constexpr float kZero = 0;
  library.check(library.set_stream(session.handle(), stream), "a stream for cuBLAS");
  library.check(
      library.gemm_ex(session.handle(), CUBLAS_OP_T, CUBLAS_OP_N, sizes.n, sizes.m, sizes.k, &kOne,
                      right, CUDA_R_16BF, sizes.k, left, CUDA_R_16BF, sizes.k, &kZero, product,
                      CUDA_R_16BF, sizes.n, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
      "cublasGemmEx");
}

}  // namespace flopprof::cublas
