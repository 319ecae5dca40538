#include "profiler/views/activity_estimate.h"

#include <fmt/format.h>

#include <utility>

#include "profiler/flops/peaks.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using Sum = std::optional<std::int64_t> GpuActivity::*;

constexpr std::pair<const char*, Sum> kUnits[] = {
    {"sm", &GpuActivity::sm_ns},
    {"tensor_integer", &GpuActivity::tensor_integer_ns},
    {"tensor_fp64", &GpuActivity::tensor_fp64_ns},
    {"fp64", &GpuActivity::fp64_ns},
    {"fp32", &GpuActivity::fp32_ns},
    {"fp16", &GpuActivity::fp16_ns}};

/// Bfloat16 and half run at one rate, and most training in one of them.
FlopClass assumed(std::optional<FlopClass> asked) {
  const bool fits =
      asked && *asked != FlopClass::kTensorFp64 && name_of(*asked).starts_with("tensor_");
  return fits ? *asked : FlopClass::kTensorBf16;
}

std::optional<double> sum_of(const RunOverview& run, Sum unit) {
  double sum = 0;
  for (const ActivityTotal& device : run.activity) {
    if (!(device.sums.*unit)) return std::nullopt;
    sum += static_cast<double>(*(device.sums.*unit));
  }
  return sum;
}

/// FLOPs that all SMs of the card do in one cycle.
std::optional<double> flops_a_cycle(const flops::Peaks& card, FlopClass flop_class) {
  const auto peak = card.of(flop_class);
  if (!peak || !card.sms || !peak->flops_per_clock_per_sm) return std::nullopt;
  return *card.sms * *peak->flops_per_clock_per_sm;
}

/// Of one device; nothing, and why in `missing`, where it cannot be told.
std::optional<double> flops_of(const ActivityTotal& device, FlopClass flop_class,
                               std::string& missing) {
  const std::string name = device.name.empty() ? "a GPU without a name" : device.name;
  const auto card = flops::peaks_of(device.name);
  const auto rate = card ? flops_a_cycle(*card, flop_class) : std::nullopt;
  const auto fp64_rate = card ? flops_a_cycle(*card, FlopClass::kTensorFp64) : std::nullopt;
  const std::int64_t fp64_cycles = device.sums.tensor_fp64_cycles.value_or(0);
  if (!rate || (fp64_cycles > 0 && !fp64_rate)) {
    missing = fmt::format("what {} does in a cycle in {} is not known", name, name_of(flop_class));
    return std::nullopt;
  }
  if (!device.sums.tensor_cycles) {
    missing = fmt::format("the clock of {} is not known", name);
    return std::nullopt;
  }
  return static_cast<double>(*device.sums.tensor_cycles) * *rate +
         static_cast<double>(fp64_cycles) * fp64_rate.value_or(0);
}

}  // namespace

std::optional<ActivityEstimate> estimate_of(const RunOverview& run,
                                            std::optional<FlopClass> asked) {
  ActivityEstimate found;
  double watched_ns = 0;
  double steps_ns = 0;
  double tensor_ns = 0;
  double flops = 0;
  const FlopClass flop_class = assumed(asked);
  found.flop_class = name_of(flop_class);
  for (const ActivityTotal& device : run.activity) {
    if (device.sums.watched_ns <= 0) continue;
    ++found.devices;
    watched_ns += static_cast<double>(device.sums.watched_ns);
    steps_ns += static_cast<double>(device.steps_ns);
    tensor_ns += static_cast<double>(device.sums.tensor_ns);
    flops += flops_of(device, flop_class, found.missing).value_or(0);
  }
  if (found.devices == 0) return std::nullopt;
  found.watched_seconds = watched_ns / 1e9;
  found.steps_share = steps_ns / watched_ns;
  found.shares.push_back({.unit = "tensor", .share = tensor_ns / watched_ns});
  for (const auto& [unit, member] : kUnits) {
    if (const auto sum = sum_of(run, member))
      found.shares.push_back({.unit = unit, .share = *sum / watched_ns});
  }
  if (found.missing.empty()) found.flops = Flops{static_cast<unsigned __int128>(flops)};
  return found;
}

}  // namespace flopprof::views
