#pragma once

#include <cublasLt.h>

#include <array>
#include <cstdint>

#include "bench/gpu/device_work.h"

namespace flopprof::gpu {

/// The functions of cuBLASLt that we call; opened at run time, for a machine may have it in a
/// Python package only.
struct BlasLibrary {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtGetVersion) version = nullptr;
  decltype(&cublasLtGetStatusString) text_of = nullptr;
  decltype(&cublasLtMatmul) multiply = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) choose = nullptr;
  decltype(&cublasLtMatmulDescCreate) create_product = nullptr;
  decltype(&cublasLtMatmulDescDestroy) destroy_product = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) set_product = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) create_layout = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) destroy_layout = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) create_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) destroy_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) set_preference = nullptr;
  cublasLtHandle_t handle = nullptr;  ///< for the rest of the process
};

/// Throws Refused.
BlasLibrary open_blas();

/// The types of a product: of both factors, of the result, and how it is summed.
struct ProductTypes {
  const char* name = "";
  const char* flop_class = "";  ///< that the product is counted in
  cudaDataType_t factors = CUDA_R_16BF;
  cudaDataType_t result = CUDA_R_16BF;
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
};

/// Those of tensor cores.
inline constexpr std::array kTensorTypes = {
    ProductTypes{.name = "bf16", .flop_class = "tensor_bf16"},
    ProductTypes{
        .name = "fp16", .flop_class = "tensor_fp16", .factors = CUDA_R_16F, .result = CUDA_R_16F},
    ProductTypes{.name = "tf32",
                 .flop_class = "tensor_tf32",
                 .factors = CUDA_R_32F,
                 .result = CUDA_R_32F,
                 .compute = CUBLAS_COMPUTE_32F_FAST_TF32},
    ProductTypes{.name = "fp8",
                 .flop_class = "tensor_fp8",
                 .factors = CUDA_R_8F_E4M3,
                 .result = CUDA_R_16BF}};

/// C = A·B of square matrices, as cuBLAS computes it. Throws Refused where it does not.
class MatrixProduct {
 public:
  MatrixProduct(const BlasLibrary& blas, const ProductTypes& types, std::int64_t size);
  ~MatrixProduct();
  MatrixProduct(const MatrixProduct&) = delete;
  MatrixProduct& operator=(const MatrixProduct&) = delete;

  void launch(const Stream& stream) const;
  std::int64_t model_flops() const { return 2 * size_ * size_ * size_; }

 private:
  void describe(const ProductTypes& types);
  void choose();

  const BlasLibrary& blas_;
  std::int64_t size_;
  DeviceMemory a_;
  DeviceMemory b_;
  DeviceMemory c_;
  DeviceMemory workspace_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t factor_ = nullptr;
  cublasLtMatrixLayout_t result_ = nullptr;
  cublasLtMatmulAlgo_t algorithm_{};
};

}  // namespace flopprof::gpu
