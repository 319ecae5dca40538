#include "profiler/cublas/product.h"

#include <gmock/gmock.h>

#include <vector>

namespace flopprof::cublas {
namespace {

/// Computes what cuBLAS's manual says of a call: op(A) by op(B), all by columns. Host memory stands
/// in for the device's, and singles for bfloats' bits.
template <class Number>
void by_the_manual(cublasOperation_t transpose_a, cublasOperation_t transpose_b, int m, int n,
                   int k, const Number* a, int lda, const Number* b, int ldb, Number* c, int ldc) {
  for (int row = 0; row < m; ++row) {
    for (int column = 0; column < n; ++column) {
      Number sum = 0;
      for (int i = 0; i < k; ++i) {
        const int of_a = transpose_a == CUBLAS_OP_N ? row + i * lda : i + row * lda;
        const int of_b = transpose_b == CUBLAS_OP_N ? i + column * ldb : column + i * ldb;
        sum = static_cast<Number>(sum + a[of_a] * b[of_b]);
      }
      c[row + column * ldc] = sum;
    }
  }
}

cublasMath_t math_mode = CUBLAS_TF32_TENSOR_OP_MATH;

/// Computes on the host.
Library host_library() {
  Library library;
  library.create = [](cublasHandle_t* handle) {
    static int context = 0;
    *handle = reinterpret_cast<cublasHandle_t>(&context);
    return CUBLAS_STATUS_SUCCESS;
  };
  library.destroy = [](cublasHandle_t) { return CUBLAS_STATUS_SUCCESS; };
  library.version = [](cublasHandle_t, int* version) {
    *version = 130102;
    return CUBLAS_STATUS_SUCCESS;
  };
  library.status_string = [](cublasStatus_t) { return "CUBLAS_STATUS_EXECUTION_FAILED"; };
  library.set_stream = [](cublasHandle_t, cudaStream_t) { return CUBLAS_STATUS_SUCCESS; };
  library.set_math_mode = [](cublasHandle_t, cublasMath_t mode) {
    math_mode = mode;
    return CUBLAS_STATUS_SUCCESS;
  };
  library.sgemm = [](cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n,
                     int k, const float*, const float* a, int lda, const float* b, int ldb,
                     const float*, float* c, int ldc) {
    by_the_manual(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
    return CUBLAS_STATUS_SUCCESS;
  };
  library.gemm_ex = [](cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n,
                       int k, const void*, const void* a, cudaDataType, int lda, const void* b,
                       cudaDataType, int ldb, const void*, void* c, cudaDataType, int ldc,
                       cublasComputeType_t compute, cublasGemmAlgo_t) {
    EXPECT_EQ(compute, CUBLAS_COMPUTE_32F);
    by_the_manual(ta, tb, m, n, k, static_cast<const std::uint16_t*>(a), lda,
                  static_cast<const std::uint16_t*>(b), ldb, static_cast<std::uint16_t*>(c), ldc);
    return CUBLAS_STATUS_SUCCESS;
  };
  return library;
}

TEST(CublasProduct, IsMadeByRows) {
  const Session session(host_library());
  const std::vector<float> left = {1, 2, 3, 4, 5, 6};                     // 2×3
  const std::vector<float> right = {1, 0, 0, 2, 0, 1, 0, 3, 0, 0, 1, 4};  // 3×4
  std::vector<float> product(8);
  multiply(session, {.m = 2, .n = 4, .k = 3}, left.data(), right.data(), product.data(), nullptr);
  EXPECT_EQ(product, (std::vector<float>{1, 2, 3, 20, 4, 5, 6, 47}));
}

TEST(CublasProduct, IsMadeOfATranspose) {
  const Session session(host_library());
  const std::vector<std::uint16_t> left = {1, 2, 3, 4, 5, 6};                     // 2×3
  const std::vector<std::uint16_t> right = {1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4};  // 4×3
  std::vector<std::uint16_t> product(8);
  multiply_by_transpose(session, {.m = 2, .n = 4, .k = 3}, left.data(), right.data(),
                        product.data(), nullptr);
  EXPECT_EQ(product, (std::vector<std::uint16_t>{1, 2, 3, 20, 4, 5, 6, 47}));
}

TEST(CublasSession, ComputesInSinglePrecisionAndKnowsItsVersion) {
  math_mode = CUBLAS_TF32_TENSOR_OP_MATH;
  EXPECT_EQ(Session(host_library()).version(), "13.1.2");
  EXPECT_EQ(math_mode, CUBLAS_DEFAULT_MATH);
}

TEST(CublasSession, SaysWhatCublasSaid) {
  Library library = host_library();
  library.create = [](cublasHandle_t*) { return CUBLAS_STATUS_NOT_INITIALIZED; };
  try {
    const Session session(library);
    FAIL();
  } catch (const CublasError& error) {
    EXPECT_STREQ(error.what(), "a cuBLAS handle: CUBLAS_STATUS_EXECUTION_FAILED");
  }
}

TEST(CublasLibrary, IsOneThatSaysWhatIsMissing) {
  try {
    open_library("no_such_libcublas.so");
    FAIL();
  } catch (const CublasError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no_such_libcublas.so"));
    EXPECT_THAT(error.what(), testing::HasSubstr("LD_LIBRARY_PATH"));
  }
}

TEST(CublasLibrary, HasWhatIsCalled) {
  Library library;
  try {
    library = open_library();
  } catch (const CublasError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_STREQ(library.status_string(CUBLAS_STATUS_SUCCESS), "success");
}

}  // namespace
}  // namespace flopprof::cublas
