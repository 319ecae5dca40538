#include <algorithm>
#include <memory>

#include "kernels/block_sum.h"
#include "kernels/collatz.h"
#include "kernels/convolution.h"
#include "kernels/device_memory.h"
#include "kernels/stream.h"
#include "kernels/winograd.h"
#include "tools/flopprof/calibrate_arrays.h"
#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {
namespace {

using calibration::Promise;
using kernels::DeviceArray;
using kernels::Number;
using kernels::Operands;

GpuWorkload convolution(const char* name, kernels::Direction direction) {
  // The size is in each direction how deep the product is: channels, filters, images.
  const auto convolution_of = [direction](int size) {
    kernels::Convolution of{
        .n = 8, .h = 28, .w = 28, .c = 64, .k = 64, .r = 3, .s = 3, .pad_h = 1, .pad_w = 1};
    if (direction == kernels::Direction::kForward) of.c = 16 * size;
    if (direction == kernels::Direction::kDataGradient) of.k = 16 * size;
    if (direction == kernels::Direction::kWeightGradient) of.n = size;
    return of;
  };
  GpuWorkload workload{
      .name = name, .promise = Promise::kOwnClasses, .counted_size = 4, .timed_size = 8};
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kTensorBf16, work_of(convolution_of(size), direction).flops}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    constexpr std::int64_t kMost = 8 * 28 * 28 * 128;
    const auto images = filled<std::uint16_t>(kMost, Number::kBfloat, operands);
    const auto filters = filled<std::uint16_t>(128 * 9 * 128, Number::kBfloat, operands);
    const auto results = filled<std::uint16_t>(kMost, Number::kBfloat, operands);
    const auto written = zeros<float>(kMost);
    return [=](cudaStream_t stream, int size) {
      launch(convolution_of(size), direction,
             {.images = images->get(),
              .filters = filters->get(),
              .results = results->get(),
              .written = written->get()},
             stream);
    };
  };
  return workload;
}

GpuWorkload winograd() {
  constexpr int kTimed = 8;
  const auto winograd_of = [](int size) {
    return kernels::Winograd{.n = size, .h = 28, .w = 28, .c = 64, .k = 64, .pad = 1};
  };
  GpuWorkload workload{.name = "flopprof_winograd",
                       .promise = Promise::kOwnClasses,
                       .counted_size = 2,
                       .timed_size = kTimed};
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(winograd_of(size)).flops}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const std::int64_t numbers = std::int64_t{kTimed} * 28 * 28 * 64;
    const std::int64_t squares = squares_of(winograd_of(kTimed));
    const auto images = filled<float>(numbers, Number::kSingle, operands);
    const auto filters = filled<float>(64 * 64 * 9, Number::kSingle, operands);
    const auto results = zeros<float>(numbers);
    const auto transformed = zeros<float>(16 * squares * 64);
    const auto transforms = zeros<float>(16 * 64 * 64);
    const auto products = zeros<float>(16 * squares * 64);
    return [=](cudaStream_t stream, int size) {
      launch(winograd_of(size),
             {.images = images->get(),
              .filters = filters->get(),
              .results = results->get(),
              .squares = transformed->get(),
              .transforms = transforms->get(),
              .products = products->get()},
             stream);
    };
  };
  return workload;
}

constexpr std::int64_t kFloatsASize = 1 << 20;

/// Three arrays of 2 GiB where they fit: what the L2 cache keeps of them is then little.
int stream_size_for(const CalibratedGpu& gpu) {
  const auto fitting = static_cast<std::int64_t>(gpu.memory_bytes / 4 / sizeof(float));
  return static_cast<int>(std::clamp(fitting / kFloatsASize, std::int64_t{2}, std::int64_t{512}));
}

GpuWorkload copy(const CalibratedGpu& gpu) {
  const int most = stream_size_for(gpu);
  GpuWorkload workload{.name = "flopprof_copy", .share_wanted = 0.88, .timed_size = most};
  workload.flops = [](int) { return FlopsByClass{}; };
  workload.bytes = [](int size) {
    return work_of(kernels::Copy{.floats = size * kFloatsASize}).bytes;
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto from = filled<float>(most * kFloatsASize, Number::kSingle, operands);
    const auto to = zeros<float>(most * kFloatsASize);
    return [=](cudaStream_t stream, int size) {
      launch(kernels::Copy{.floats = size * kFloatsASize}, from->get(), to->get(), stream);
    };
  };
  return workload;
}

GpuWorkload triad(const CalibratedGpu& gpu) {
  const int most = stream_size_for(gpu);
  GpuWorkload workload{.name = "flopprof_triad", .timed_size = most};
  workload.flops = [](int size) {
    return FlopsByClass{
        {FlopClass::kFp32, work_of(kernels::Triad{.floats = size * kFloatsASize}).flops}};
  };
  workload.bytes = [](int size) {
    return work_of(kernels::Triad{.floats = size * kFloatsASize}).bytes;
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto left = filled<float>(most * kFloatsASize, Number::kSingle, operands);
    const auto right = filled<float>(most * kFloatsASize, Number::kSingle, operands);
    const auto sums = zeros<float>(most * kFloatsASize);
    return [=](cudaStream_t stream, int size) {
      launch(kernels::Triad{.floats = size * kFloatsASize}, left->get(), right->get(), sums->get(),
             stream);
    };
  };
  return workload;
}

GpuWorkload block_sum(const CalibratedGpu& gpu) {
  constexpr int kMost = 16;
  const int blocks = 4 * gpu.processors;
  const auto sum_of = [blocks](int size) {
    return kernels::BlockSum{.blocks = blocks, .threads = 256, .numbers_a_thread = size};
  };
  GpuWorkload workload{.name = "flopprof_block_sum",
                       .promise = Promise::kOwnClasses,
                       .counted_size = kMost / 2,
                       .timed_size = kMost};
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(sum_of(size)).flops}};
  };
  workload.prepare = [=](Operands operands) -> GpuWorkload::Run {
    const auto numbers =
        filled<float>(std::int64_t{256} * kMost * blocks, Number::kSingle, operands);
    const auto sums = zeros<float>(blocks);
    return [=](cudaStream_t stream, int size) {
      launch(sum_of(size), numbers->get(), sums->get(), stream);
    };
  };
  return workload;
}

GpuWorkload collatz() {
  constexpr int kNumbersASize = 1 << 16;
  constexpr int kMost = 4;
  const auto starts_of = [](int size) {
    kernels::Collatz collatz;
    for (int i = 1; i <= size * kNumbersASize; ++i) {
      collatz.starts.push_back(static_cast<std::uint32_t>(i));
    }
    return collatz;
  };
  GpuWorkload workload{.name = "flopprof_collatz",
                       .promise = Promise::kOwnClasses,
                       .counted_size = kMost / 2,
                       .timed_size = kMost};
  workload.flops = [=](int size) {
    return FlopsByClass{{FlopClass::kFp32, work_of(starts_of(size)).flops}};
  };
  workload.prepare = [=](Operands) -> GpuWorkload::Run {
    const auto starts = std::make_shared<DeviceArray<std::uint32_t>>(starts_of(kMost).starts);
    const auto values = zeros<float>(std::int64_t{kMost} * kNumbersASize);
    return [=](cudaStream_t stream, int size) {
      kernels::launch_collatz(starts->get(), values->get(), size * kNumbersASize, stream);
    };
  };
  return workload;
}

}  // namespace

std::vector<GpuWorkload> shaped_workloads_for(const CalibratedGpu& gpu) {
  return {sgemm_workload(gpu),
          gemm_workload(gpu),
          convolution("flopprof_convolution_forward", kernels::Direction::kForward),
          convolution("flopprof_convolution_data_gradient", kernels::Direction::kDataGradient),
          convolution("flopprof_convolution_weight_gradient", kernels::Direction::kWeightGradient),
          winograd(),
          copy(gpu),
          triad(gpu),
          block_sum(gpu),
          collatz(),
          overlap_workload(gpu),
          dependent_launch_workload(gpu),
          graph_workload(gpu),
          graph_loop_workload(gpu)};
}

}  // namespace flopprof::tools
