#include "tools/flopprof_conv/counters.h"

#include <cuda_runtime_api.h>

#include <exception>
#include <memory>
#include <stdexcept>

#include "profiler/capture/range_count.h"

namespace flopprof::tools {
namespace {

using convolution::CountSource;
using convolution::Executed;
using convolution_timing::Launch;

void run_and_wait(const Launch& launch) {
  launch(nullptr);
  if (const cudaError_t error = cudaStreamSynchronize(nullptr)) {
    throw std::runtime_error(cudaGetErrorString(error));
  }
}

Executed executed_by(const capture::WorkCount& count) {
  return {.source = count.flops.empty() ? CountSource::kNone : CountSource::kCounted,
          .by_class = count.flops,
          .repeats_disagree = count.repeats_disagree};
}

}  // namespace

convolution_timing::CountLaunch counting_on_this_gpu(std::string& why) {
  try {
    const auto counting = std::make_shared<capture::RangeCount>();
    for (const std::string& problem : counting->problems()) why += problem + "; ";
    return [counting](const Launch& launch) {
      return executed_by(counting->count([&launch] { run_and_wait(launch); }));
    };
  } catch (const std::exception& error) {
    why = error.what();
    return {};
  }
}

}  // namespace flopprof::tools
