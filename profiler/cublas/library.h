#pragma once

#include <cublas_v2.h>

#include <stdexcept>
#include <string>

namespace flopprof::cublas {

/// What was asked of cuBLAS, and why it did not do it.
struct CublasError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The functions of libcublas that are called here. Nothing links with it: it is looked for when
/// somebody wants to compare.
struct Library {
  decltype(&cublasCreate_v2) create = nullptr;
  decltype(&cublasDestroy_v2) destroy = nullptr;
  decltype(&cublasGetVersion_v2) version = nullptr;
  decltype(&cublasGetStatusString) status_string = nullptr;
  decltype(&cublasSetStream_v2) set_stream = nullptr;
  decltype(&cublasSetMathMode) set_math_mode = nullptr;
  decltype(&cublasSgemm_v2) sgemm = nullptr;
  /// The header has another function of this name.
  cublasStatus_t(CUBLASWINAPI* gemm_ex)(cublasHandle_t, cublasOperation_t, cublasOperation_t, int,
                                        int, int, const void*, const void*, cudaDataType, int,
                                        const void*, cudaDataType, int, const void*, void*,
                                        cudaDataType, int, cublasComputeType_t,
                                        cublasGemmAlgo_t) = nullptr;

  /// Throws CublasError, which says `tried` and what cuBLAS says, unless `status` is success.
  void check(cublasStatus_t status, const std::string& tried) const;
};

/// Opens `path`, or libcublas.so of version 13 or 12 where the loader or a toolkit in
/// /usr/local/cuda has it. It is never closed: its kernels may still run. Throws CublasError where
/// there is none.
Library open_library(const std::string& path = "");

}  // namespace flopprof::cublas
