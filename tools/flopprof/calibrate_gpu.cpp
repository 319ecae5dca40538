#include "tools/flopprof/calibrate_gpu.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "kernels/device_memory.h"
#include "kernels/gpu_state.h"
#include "kernels/timer.h"
#include "profiler/capture/range_count.h"
#include "profiler/views/units.h"
#include "tools/flopprof/calibrate_contests.h"

namespace flopprof::tools {
namespace {

using calibration::Rate;
using calibration::Workload;
using kernels::check_cuda;

constexpr double kSecondsOfASample = 5e-3;
constexpr int kMostTrips = 1 << 22;

/// Not the default stream, of which no graph can be captured.
class Stream {
 public:
  Stream() { check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream"); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

calibration::Operands operands_of(kernels::Operands operands) {
  switch (operands) {
    case kernels::Operands::kZeros:
      return calibration::Operands::kZeros;
    case kernels::Operands::kRandom:
      return calibration::Operands::kRandom;
    case kernels::Operands::kToggling:
      return calibration::Operands::kToggling;
  }
  throw std::logic_error("operands of no kind");
}

/// One size's FLOPs, as far as they are known and fit.
FlopsByClass counted_flops(const capture::WorkCount& count) {
  FlopsByClass flops;
  for (const auto& [flop_class, counted] : count.flops) {
    flops[flop_class] = static_cast<std::int64_t>(counted.count);
  }
  return flops;
}

FlopsByClass less(const FlopsByClass& more, const FlopsByClass& fewer) {
  FlopsByClass difference;
  for (const auto& [flop_class, flops] : more) {
    if (const auto at = fewer.find(flop_class); at != fewer.end()) {
      difference[flop_class] = flops - at->second;
    }
  }
  return difference;
}

/// What a launch does besides its work falls out of the difference of two sizes.
void count(const GpuWorkload& work, capture::RangeCount& counter, cudaStream_t stream,
           Workload& workload) {
  const GpuWorkload::Run run = work.prepare(kernels::Operands::kRandom);
  const auto count_of = [&](int size) {
    const capture::WorkCount counted = counter.count([&] {
      run(stream, size);
      check_cuda(cudaGetLastError(), "its launch");
      check_cuda(cudaDeviceSynchronize(), "it");
    });
    for (const std::string& problem : counted.problems) workload.problems.push_back(problem);
    if (counted.repeats_disagree) {
      workload.problems.emplace_back("counters that stand in several sets disagree");
    }
    return counted_flops(counted);
  };
  // Once without the counters: the first run of a kernel loads it.
  run(stream, 1);
  check_cuda(cudaGetLastError(), "its launch");
  check_cuda(cudaDeviceSynchronize(), "it");
  const FlopsByClass once = count_of(work.counted_size);
  workload.counted = less(count_of(2 * work.counted_size), once);
}

int timed_size_of(const GpuWorkload& work, const GpuWorkload::Run& run, kernels::Timer& timer) {
  if (work.timed_size > 0) return work.timed_size;
  const auto timing = timer.time({.warm_ups = 1, .samples = 3},
                                 [&](cudaStream_t stream) { run(stream, work.counted_size); });
  const double times = kSecondsOfASample / std::max(timing.seconds.median, 1e-9);
  return static_cast<int>(std::clamp(work.counted_size * times, 1.0, double{kMostTrips}));
}

Rate timed(const GpuWorkload& work, kernels::Operands operands, kernels::Timer& timer) {
  const GpuWorkload::Run run = work.prepare(operands);
  const int size = timed_size_of(work, run, timer);
  const auto launch = [&](cudaStream_t stream) { run(stream, size); };
  const double once = timer.time({.warm_ups = 1, .samples = 1}, launch).seconds.median;
  const kernels::Timing timing = timer.time(kernels::plan_for(once, kSecondsOfASample), launch);
  Rate rate{.operands = operands_of(operands),
            .seconds = timing.seconds.median,
            .least_seconds = timing.seconds.least,
            .spread = timing.seconds.share,
            .bytes = work.bytes ? work.bytes(size) : 0,
            .clock_mhz = timing.during.clock_mhz,
            .clock_mhz_before = timing.before.clock_mhz,
            .clock_mhz_after = timing.after.clock_mhz,
            .watts = timing.during.watts,
            .watts_before = timing.before.watts,
            .watts_after = timing.after.watts,
            .doubts = timing.doubts};
  for (const auto& [flop_class, flops] : work.flops(size)) rate.flops += flops;
  return rate;
}

Workload not_yet(const GpuWorkload& work) {
  Workload workload{.name = work.name,
                    .promise = work.promise,
                    .peak_of = work.peak_of,
                    .share_wanted = work.share_wanted,
                    .skipped = work.skipped};
  if (!work.skipped.empty()) return workload;
  if (!work.remark.empty()) workload.problems.push_back(work.remark);
  try {
    const FlopsByClass twice = work.flops(2 * work.counted_size);
    workload.expected = less(twice, work.flops(work.counted_size));
    if (work.written_flops) workload.written_flops = work.written_flops(work.counted_size);
  } catch (const std::runtime_error& error) {  // there is no code of it for this GPU
    cudaGetLastError();
    workload.skipped = error.what();
  }
  return workload;
}

/// Does `part` of every workload that runs here. A failure ends that of one workload.
template <class Part>
void for_each(const std::vector<GpuWorkload>& works, std::vector<Workload>& workloads,
              std::string_view what, const Progress& progress, const Part& part) {
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (!workloads[i].skipped.empty()) continue;
    progress(fmt::format("{} {} of {}: {}", what, i + 1, works.size(), works[i].name));
    try {
      part(works[i], workloads[i]);
    } catch (const capture::CountersRefused&) {
      throw;  // of all of them
    } catch (const std::runtime_error& error) {
      cudaGetLastError();  // else the next launch would answer for it
      workloads[i].problems.emplace_back(error.what());
    }
  }
}

/// Answers why nothing is counted; empty: it is.
std::string count_all(const std::vector<GpuWorkload>& works, std::vector<Workload>& workloads,
                      const Progress& progress) {
  try {
    const Stream stream;
    capture::RangeCount counter;
    for_each(works, workloads, "counting", progress,
             [&](const GpuWorkload& work, Workload& workload) {
               count(work, counter, stream.get(), workload);
             });
    return fmt::format("{}", fmt::join(counter.problems(), "; "));
  } catch (const capture::CountersRefused& error) {
    return error.what();
  }
}

}  // namespace

calibration::Device look_at_gpu(int index, CalibratedGpu& gpu) {
  int devices = 0;
  check_cuda(cudaGetDeviceCount(&devices), "no NVIDIA GPU to calibrate");
  if (index >= devices) {
    throw std::runtime_error(
        fmt::format("no device {}; there are {}, counted from 0", index, devices));
  }
  check_cuda(cudaSetDevice(index), "the device");
  check_cuda(cudaFree(nullptr), "a context");  // makes one
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, index), "the device's properties");
  std::size_t all = 0;
  check_cuda(cudaMemGetInfo(&gpu.memory_bytes, &all), "the device's memory");
  gpu.capability = 10 * properties.major + properties.minor;
  gpu.processors = properties.multiProcessorCount;
  gpu.shared_bytes = static_cast<int>(properties.sharedMemPerMultiprocessor);
  calibration::Device device{.name = properties.name,
                             .uuid = kernels::uuid_text(properties.uuid.bytes),
                             .capability = gpu.capability,
                             .processors = gpu.processors,
                             .flopprof = FLOPPROF_VERSION,
                             .measured_at = views::iso_time(now_ns())};
  device.driver = kernels::GpuMonitor(device.uuid).driver_version();
  check_cuda(cudaDriverGetVersion(&device.cuda_version), "the driver's version");
  return device;
}

calibration::Calibration calibrated(const calibration::Device& device,
                                    const std::vector<GpuWorkload>& works,
                                    const Progress& progress) {
  calibration::Calibration calibration{.device = device};
  for (const GpuWorkload& work : works) calibration.workloads.push_back(not_yet(work));
  calibration.not_counted = count_all(works, calibration.workloads, progress);
  const kernels::GpuMonitor monitor(device.uuid);
  kernels::Timer timer(&monitor);
  for_each(works, calibration.workloads, "timing", progress,
           [&](const GpuWorkload& work, Workload& workload) {
             if (work.timed_size < 0) return;
             for (const kernels::Operands operands : work.operands) {
               workload.rates.push_back(timed(work, operands, timer));
             }
           });
  calibration.contests = contests_of(works, calibration.workloads, timer, progress);
  return calibration;
}

}  // namespace flopprof::tools
