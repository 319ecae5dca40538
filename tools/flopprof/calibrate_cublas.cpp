#include <memory>

#include "profiler/cublas/product.h"
#include "tools/flopprof/calibrate_arrays.h"
#include "tools/flopprof/calibrate_products.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {
namespace {

using calibration::Promise;
using kernels::Number;
using kernels::Operands;

/// Which of its kernels cuBLAS takes for a product is its own affair: counted, and not promised.
GpuWorkload cublas_sgemm(const cublas::Library& library, const CalibratedGpu& gpu) {
  const SgemmSizes sizes(gpu.memory_bytes);
  GpuWorkload workload{.name = "cublasSgemm",
                       .promise = Promise::kNone,
                       .rival = Rival{.of = "flopprof_sgemm", .share_wanted = 0.8},
                       .counted_size = sizes.timed() / 2,
                       .timed_size = -1};
  workload.flops = [sizes](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(sizes.of(size)).flops}};
  };
  workload.prepare = [library, sizes](Operands operands) -> GpuWorkload::Run {
    const kernels::Sgemm most = sizes.of(sizes.timed());
    const auto session = std::make_shared<cublas::Session>(library);
    const auto left = filled<float>(std::int64_t{most.m} * most.k, Number::kSingle, operands);
    const auto right = filled<float>(std::int64_t{most.n} * most.k, Number::kSingle, operands);
    const auto product = zeros<float>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      const kernels::Sgemm gemm = sizes.of(size);
      multiply(*session, {.m = gemm.m, .n = gemm.n, .k = gemm.k}, left->get(), right->get(),
               product->get(), stream);
    };
  };
  return workload;
}

GpuWorkload cublas_gemm(const cublas::Library& library, const CalibratedGpu& gpu) {
  const GemmSizes sizes(gpu.memory_bytes);
  GpuWorkload workload{.name = "cublasGemmEx",
                       .promise = Promise::kNone,
                       .rival = Rival{.of = "flopprof_gemm", .share_wanted = 0.9},
                       .counted_size = sizes.timed() / 2,
                       .timed_size = -1};
  workload.flops = [sizes](int size) {
    return FlopsByClass{{FlopClass::kTensorBf16, work_of(sizes.of(size)).required_flops}};
  };
  workload.prepare = [library, sizes](Operands operands) -> GpuWorkload::Run {
    const kernels::Gemm most = sizes.of(sizes.timed());
    const auto session = std::make_shared<cublas::Session>(library);
    const auto left =
        filled<std::uint16_t>(std::int64_t{most.m} * most.k, Number::kBfloat, operands);
    const auto right =
        filled<std::uint16_t>(std::int64_t{most.n} * most.k, Number::kBfloat, operands);
    const auto product = zeros<std::uint16_t>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      const kernels::Gemm gemm = sizes.of(size);
      multiply_by_transpose(*session, {.m = gemm.m, .n = gemm.n, .k = gemm.k}, left->get(),
                            right->get(), product->get(), stream);
    };
  };
  return workload;
}

}  // namespace

std::vector<GpuWorkload> cublas_workloads(const CalibratedGpu& gpu) {
  std::string missing;
  cublas::Library library;
  try {
    library = cublas::open_library();
  } catch (const cublas::CublasError& error) {
    missing = error.what();
  }
  std::vector<GpuWorkload> workloads = {cublas_sgemm(library, gpu), cublas_gemm(library, gpu)};
  for (GpuWorkload& workload : workloads) workload.skipped = missing;
  return workloads;
}

}  // namespace flopprof::tools
