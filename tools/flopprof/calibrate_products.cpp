#include "tools/flopprof/calibrate_products.h"

#include <fmt/format.h>

#include "tools/flopprof/calibrate_arrays.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {
namespace {

using calibration::Promise;
using kernels::Number;
using kernels::Operands;

const std::vector<Operands> kAllOperands = {Operands::kZeros, Operands::kRandom,
                                            Operands::kToggling};

}  // namespace

GpuWorkload sgemm_workload() {
  GpuWorkload workload{.name = "flopprof_sgemm",
                       .promise = Promise::kOwnClasses,
                       .peak_of = FlopClass::kFp32,
                       .counted_size = 16,
                       .timed_size = kSgemmTimed,
                       .operands = kAllOperands};
  workload.flops = [](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(sgemm_of(size)).flops}};
  };
  workload.prepare = [](Operands operands) -> GpuWorkload::Run {
    const kernels::Sgemm most = sgemm_of(kSgemmTimed);
    const auto left = filled<float>(std::int64_t{most.m} * most.k, Number::kSingle, operands);
    const auto right = filled<float>(std::int64_t{most.n} * most.k, Number::kSingle, operands);
    const auto product = zeros<float>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      launch(sgemm_of(size), left->get(), right->get(), product->get(), stream);
    };
  };
  return workload;
}

GpuWorkload gemm_workload(const CalibratedGpu& gpu) {
  GpuWorkload workload{.name = "flopprof_gemm",
                       .promise = Promise::kOwnClasses,
                       .peak_of = FlopClass::kTensorBf16,
                       .counted_size = 16,
                       .timed_size = kGemmTimed,
                       .operands = kAllOperands};
  if (gpu.capability != 90) {
    workload.skipped = fmt::format("no instruction of compute capability {}.{}",
                                   gpu.capability / 10, gpu.capability % 10);
    return workload;
  }
  workload.flops = [](int size) {
    return FlopsByClass{{FlopClass::kTensorBf16, work_of(gemm_of(size)).flops}};
  };
  workload.prepare = [](Operands operands) -> GpuWorkload::Run {
    const kernels::Gemm most = gemm_of(kGemmTimed);
    const auto left =
        filled<std::uint16_t>(std::int64_t{most.m} * most.k, Number::kBfloat, operands);
    const auto right =
        filled<std::uint16_t>(std::int64_t{most.n} * most.k, Number::kBfloat, operands);
    const auto product = zeros<std::uint16_t>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      kernels::check_cuda(launch(gemm_of(size), left->get(), right->get(), product->get(), stream),
                          "a product of bfloats");
    };
  };
  return workload;
}

}  // namespace flopprof::tools
