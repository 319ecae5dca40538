#include <array>
#include <map>
#include <utility>
#include <vector>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/idioms.h"
#include "bench/gpu/questions.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;
using ByClass = std::map<std::string, std::int64_t>;

constexpr int kTrips = 64;
constexpr int kLanes = 8;

/// The yardstick's classes by the profiler's names. The counters do not tell scalar bf16 from fp16.
constexpr std::array kClasses = {
    std::pair{kernels::FlopClass::kFp64, "fp64"},
    std::pair{kernels::FlopClass::kFp32, "fp32"},
    std::pair{kernels::FlopClass::kFp16, "fp16"},
    std::pair{kernels::FlopClass::kBf16, "fp16"},
    std::pair{kernels::FlopClass::kTensorFp64, "tensor_fp64"},
    std::pair{kernels::FlopClass::kTensorTf32, "tensor_tf32"},
    std::pair{kernels::FlopClass::kTensorFp16, "tensor_fp16"},
    std::pair{kernels::FlopClass::kTensorBf16, "tensor_bf16"},
    std::pair{kernels::FlopClass::kTensorFp8, "tensor_fp8"},
};

ByClass expected_of(const kernels::ReferenceKernel& kernel, const kernels::Launch& launch) {
  ByClass expected;
  for (const auto& [kind, name] : kClasses) {
    if (const auto flops = flops_of(kernel, kind, launch, capability_of_device()))
      expected[name] += flops;
  }
  return expected;
}

ByClass difference(const ByClass& twice, const ByClass& once) {
  ByClass rest = twice;
  for (const auto& [name, flops] : once) rest[name] -= flops;
  std::erase_if(rest, [](const auto& entry) { return entry.second == 0; });
  return rest;
}

/// Events a warp and trip: what tells how often an instruction is counted.
json events_a_trip(const json& twice, const json& once, const kernels::Launch& launch) {
  constexpr double kLanesOfAWarp = 32;
  const double trips = static_cast<double>(launch.trips) * launch.blocks * launch.threads;
  json events = json::object();
  for (const auto& [set, metrics] : twice.items()) {
    if (!once.contains(set)) continue;
    for (const auto& [metric, value] : metrics.items()) {
      if (!metric.ends_with(".sum") || metric.starts_with("gpu__")) continue;
      const double more = value.get<double>() - once.at(set).at(metric).get<double>();
      if (more != 0) events[metric] = more / trips * kLanesOfAWarp;
    }
  }
  return events;
}

json asked(Counting& counting, const kernels::ReferenceKernel& kernel) {
  const kernels::Launch launch{
      .blocks = multiprocessors(), .threads = 256, .trips = kTrips, .lanes = kLanes};
  const KernelWork work(kernel, launch);
  work.launch(nullptr);  // a first launch loads code
  wait_for_device();
  const Executed once = counting.count_all([&] { work.launch(nullptr, kTrips); });
  const Executed twice = counting.count_all([&] { work.launch(nullptr, 2 * kTrips); });
  const ByClass expected = expected_of(kernel, launch);
  const ByClass measured = difference(twice.by_class, once.by_class);
  return {{"expected", expected},
          {"measured", measured},
          {"equal", expected == measured},
          {"outside_the_loop", difference(once.by_class, measured)},
          {"events_a_warp_and_trip", events_a_trip(twice.values, once.values, launch)},
          {"counters_missing", twice.missing},
          {"values_once", once.values},
          {"values_twice", twice.values},
          {"refused", twice.refused}};
}

}  // namespace

void ask_about_known_kernels() {
  Counting counting;
  const int capability = capability_of_device();
  std::vector<kernels::ReferenceKernel> all = kernels::reference_kernels();
  for (kernels::ReferenceKernel& idiom : idioms()) all.push_back(std::move(idiom));
  for (const kernels::ReferenceKernel& kernel : all) {
    if (capability < kernel.first_capability || capability > kernel.last_capability) continue;
    ask("known_kernels", kernel.name, [&] { return asked(counting, kernel); });
  }
}

}  // namespace flopprof::gpu
