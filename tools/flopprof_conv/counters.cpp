#include "tools/flopprof_conv/counters.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <memory>
#include <stdexcept>

#include "kernels/launched_kernels.h"
#include "profiler/capture/range_count.h"

namespace flopprof::tools {
namespace {

using convolution::CountSource;
using convolution::Executed;
using convolution::Footprint;
using convolution_timing::Launch;

void run_and_wait(const Launch& launch) {
  launch(nullptr);
  if (const cudaError_t error = cudaStreamSynchronize(nullptr)) {
    throw std::runtime_error(cudaGetErrorString(error));
  }
}

/// `counters` may be null: then no bytes are known, which is told once for all launches.
Footprint footprint_of(const Launch& launch, capture::RangeCount* counters) {
  Footprint footprint;
  try {
    footprint.kernels =
        kernels::kernels_launched_by([&launch](cudaStream_t stream) { launch(stream); });
  } catch (const std::exception& error) {
    footprint.problems.push_back(fmt::format("kernels not counted: {}", error.what()));
  }
  if (counters == nullptr) return footprint;
  try {
    const auto bytes = counters->count_bytes([&launch] { run_and_wait(launch); });
    footprint.dram_bytes_read = bytes.read;
    footprint.dram_bytes_written = bytes.written;
  } catch (const std::exception& error) {
    footprint.problems.push_back(fmt::format("DRAM bytes not counted: {}", error.what()));
  }
  return footprint;
}

Executed executed_by(const capture::WorkCount& count) {
  return {.source = count.flops.empty() ? CountSource::kNone : CountSource::kCounted,
          .by_class = count.flops,
          .repeats_disagree = count.repeats_disagree,
          .problems = count.problems};
}

}  // namespace

Counting counting_on_this_gpu() {
  Counting all;
  std::shared_ptr<capture::RangeCount> counters;
  try {
    counters = std::make_shared<capture::RangeCount>();
    all.denied = fmt::format("{}", fmt::join(counters->problems(), "; "));
    all.flops = [counters](const Launch& launch) {
      return executed_by(counters->count([&launch] { run_and_wait(launch); }));
    };
  } catch (const std::exception& error) {
    all.denied = error.what();
  }
  all.footprint = [counters](const Launch& launch) { return footprint_of(launch, counters.get()); };
  return all;
}

}  // namespace flopprof::tools
