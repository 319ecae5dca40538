#include "bench/gpu/matrix_product.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

#include "bench/gpu/answer.h"

namespace flopprof::gpu {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{64} << 20;
constexpr std::size_t kWidestElement = 4;

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw Refused(std::string("cuBLASLt has no ") + name);
}

void* open_library() {
  const char* const newest = "libcublasLt.so.13";
  for (const std::string folder : {"", "/usr/local/cuda/lib64/"}) {
    for (const char* name : {newest, "libcublasLt.so.12"}) {
      if (void* library = dlopen((folder + name).c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    }
  }
  throw Refused(fmt::format("no {} was found; put its folder into LD_LIBRARY_PATH", newest));
}

void check(const BlasLibrary& blas, cublasStatus_t status, const char* call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Refused(fmt::format("{}: {} ({})", call, blas.text_of(status), static_cast<int>(status)));
}

std::size_t bytes_of(std::int64_t size) {
  return static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * kWidestElement;
}

}  // namespace

BlasLibrary open_blas() {
  void* library = open_library();
  BlasLibrary blas;
  find(library, "cublasLtCreate", blas.create);
  find(library, "cublasLtGetVersion", blas.version);
  find(library, "cublasLtGetStatusString", blas.text_of);
  find(library, "cublasLtMatmul", blas.multiply);
  find(library, "cublasLtMatmulAlgoGetHeuristic", blas.choose);
  find(library, "cublasLtMatmulDescCreate", blas.create_product);
  find(library, "cublasLtMatmulDescDestroy", blas.destroy_product);
  find(library, "cublasLtMatmulDescSetAttribute", blas.set_product);
  find(library, "cublasLtMatrixLayoutCreate", blas.create_layout);
  find(library, "cublasLtMatrixLayoutDestroy", blas.destroy_layout);
  find(library, "cublasLtMatmulPreferenceCreate", blas.create_preference);
  find(library, "cublasLtMatmulPreferenceDestroy", blas.destroy_preference);
  find(library, "cublasLtMatmulPreferenceSetAttribute", blas.set_preference);
  check(blas, blas.create(&blas.handle), "cublasLtCreate");
  return blas;
}

MatrixProduct::MatrixProduct(const BlasLibrary& blas, const ProductTypes& types, std::int64_t size)
    : blas_(blas),
      size_(size),
      a_(bytes_of(size)),
      b_(bytes_of(size)),
      c_(bytes_of(size)),
      workspace_(kWorkspaceBytes) {
  describe(types);
  choose();
}

MatrixProduct::~MatrixProduct() {
  if (result_ != nullptr) blas_.destroy_layout(result_);
  if (factor_ != nullptr) blas_.destroy_layout(factor_);
  if (product_ != nullptr) blas_.destroy_product(product_);
}

void MatrixProduct::describe(const ProductTypes& types) {
  const auto rows = static_cast<std::uint64_t>(size_);
  check(blas_, blas_.create_product(&product_, types.compute, CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  // The only form in which Hopper multiplies fp8; the others do not mind.
  const cublasOperation_t transposed = CUBLAS_OP_T;
  check(blas_,
        blas_.set_product(product_, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed),
        "cublasLtMatmulDescSetAttribute(TRANSA)");
  check(blas_, blas_.create_layout(&factor_, types.factors, rows, rows, size_),
        "cublasLtMatrixLayoutCreate");
  check(blas_, blas_.create_layout(&result_, types.result, rows, rows, size_),
        "cublasLtMatrixLayoutCreate");
}

void MatrixProduct::choose() {
  cublasLtMatmulPreference_t preference = nullptr;
  check(blas_, blas_.create_preference(&preference), "cublasLtMatmulPreferenceCreate");
  blas_.set_preference(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspaceBytes,
                       sizeof kWorkspaceBytes);
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status = blas_.choose(blas_.handle, product_, factor_, factor_, result_,
                                             result_, preference, 1, &best, &found);
  blas_.destroy_preference(preference);
  check(blas_, status, "cublasLtMatmulAlgoGetHeuristic");
  if (found == 0) throw Refused("cublasLtMatmulAlgoGetHeuristic knows no way to multiply these");
  algorithm_ = best.algo;
}

void MatrixProduct::launch(const Stream& stream) const {
  const float one = 1;
  const float zero = 0;
  check(blas_,
        blas_.multiply(blas_.handle, product_, &one, a_.get(), factor_, b_.get(), factor_, &zero,
                       c_.get(), result_, c_.get(), result_, &algorithm_, workspace_.get(),
                       kWorkspaceBytes, stream.get()),
        "cublasLtMatmul");
}

}  // namespace flopprof::gpu
