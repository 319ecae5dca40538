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

std::string smaller_than_wanted(int side, int wanted) {
  if (side == wanted) return "";
  return fmt::format(
      "a product of {0} x {0} matrices: those of {1} x {1} do not fit in half of the free memory",
      side, wanted);
}

GpuWorkload sgemm_workload(const CalibratedGpu& gpu) {
  const SgemmSizes sizes(gpu.memory_bytes);
  GpuWorkload workload{.name = "flopprof_sgemm",
                       .promise = Promise::kOwnClasses,
                       .peak_of = FlopClass::kFp32,
                       .counted_size = sizes.counted(),
                       .timed_size = sizes.timed(),
                       .operands = kAllOperands,
                       .remark = smaller_than_wanted(sizes.side, SgemmSizes::kWanted)};
  workload.flops = [sizes](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(sizes.of(size)).flops}};
  };
  workload.prepare = [sizes](Operands operands) -> GpuWorkload::Run {
    const kernels::Sgemm most = sizes.of(sizes.timed());
    const auto left = filled<float>(std::int64_t{most.m} * most.k, Number::kSingle, operands);
    const auto right = filled<float>(std::int64_t{most.n} * most.k, Number::kSingle, operands);
    const auto product = zeros<float>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      launch(sizes.of(size), left->get(), right->get(), product->get(), stream);
    };
  };
  return workload;
}

GpuWorkload gemm_workload(const CalibratedGpu& gpu) {
  const GemmSizes sizes(gpu.memory_bytes);
  GpuWorkload workload{.name = "flopprof_gemm",
                       .promise = Promise::kOwnClasses,
                       .peak_of = FlopClass::kTensorBf16,
                       .counted_size = sizes.counted(),
                       .timed_size = sizes.timed(),
                       .operands = kAllOperands,
                       .remark = smaller_than_wanted(sizes.side, GemmSizes::kWanted)};
  if (gpu.capability != 90) {
    workload.skipped = fmt::format("no instruction of compute capability {}.{}",
                                   gpu.capability / 10, gpu.capability % 10);
    return workload;
  }
  workload.flops = [sizes](int size) {
    return FlopsByClass{{FlopClass::kTensorBf16, work_of(sizes.of(size)).flops}};
  };
  workload.prepare = [sizes](Operands operands) -> GpuWorkload::Run {
    const kernels::Gemm most = sizes.of(sizes.timed());
    const auto left =
        filled<std::uint16_t>(std::int64_t{most.m} * most.k, Number::kBfloat, operands);
    const auto right =
        filled<std::uint16_t>(std::int64_t{most.n} * most.k, Number::kBfloat, operands);
    const auto product = zeros<std::uint16_t>(std::int64_t{most.m} * most.n);
    return [=](cudaStream_t stream, int size) {
      kernels::check_cuda(launch(sizes.of(size), left->get(), right->get(), product->get(), stream),
                          "a product of bfloats");
    };
  };
  return workload;
}

}  // namespace flopprof::tools
