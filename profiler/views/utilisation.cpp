#include "profiler/views/utilisation.h"

#include <fmt/format.h>

#include "profiler/flops/peaks.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

DevicePeaks peaks_of_device(const DeviceTotal& gpu, const MeasuredPeaks& measured) {
  if (const auto own = measured.find(gpu.uuid); own != measured.end()) return own->second;
  DevicePeaks device;
  const auto peaks = flops::peaks_of(gpu.name);
  if (!peaks) return device;
  for (const flops::Peak& each : peaks->dense) {
    const auto peak = peaks->of(each.class_name);
    if (peak) device.by_class[peak->class_name] = peak->flops_per_second;
  }
  if (!peaks->dense.empty())
    device.source = fmt::format("data sheet: {}", peaks->dense.front().source);
  return device;
}

std::string source_of(const DeviceTotal& gpu, const MeasuredPeaks& measured,
                      const std::string& flop_class) {
  if (const auto own = measured.find(gpu.uuid); own != measured.end()) return own->second.source;
  const auto peaks = flops::peaks_of(gpu.name);
  const auto peak = peaks ? peaks->of(flop_class) : std::nullopt;
  return peak ? fmt::format("data sheet: {}", peak->source) : std::string();
}

/// In which most FLOPs were executed; empty where none were, or none are known.
std::string busiest_class(const RunOverview& run) {
  const ClassTotal* most = nullptr;
  for (const ClassTotal& each : run.classes) {
    if (!each.executed_flops || each.executed_flops->count == 0) continue;
    if (most == nullptr || *each.executed_flops > *most->executed_flops) most = &each;
  }
  return most == nullptr ? std::string() : most->flop_class;
}

/// The mean over the devices; nothing unless each has one. With `notes`, says which has none.
std::optional<double> mean_peak(const RunOverview& run, const std::vector<DevicePeaks>& devices,
                                const std::string& flop_class, std::vector<std::string>* notes) {
  if (devices.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto peak = devices[i].by_class.find(flop_class);
    if (peak == devices[i].by_class.end()) {
      const std::string name = run.gpus[i].name.empty() ? "a GPU without a name" : run.gpus[i].name;
      if (notes != nullptr) {
        notes->push_back(devices[i].by_class.empty()
                             ? fmt::format("no MFU and HFU: the peak of {} is unknown", name)
                             : fmt::format("no MFU and HFU: the data sheet of {} has no peak in {}",
                                           name, flop_class));
      }
      return std::nullopt;
    }
    sum += peak->second;
  }
  return sum / static_cast<double>(devices.size());
}

/// Of the steps whose time is `part_ns`.
double device_seconds(const GpuTotal& gpu, std::int64_t part_ns) {
  const auto whole = static_cast<double>(gpu.executed.wall_ns);
  if (whole <= 0) return 0;
  return seconds_of(gpu.allocated_ns) * static_cast<double>(part_ns) / whole;
}

/// Of the steps whose model FLOPs are known. Runs from before schema 3 know the time of all steps.
double model_device_seconds(const RunOverview& run) {
  const GpuTotal& gpu = *run.gpu;
  if (gpu.executed.wall_ns > 0) return device_seconds(gpu, gpu.executed.model_wall_ns);
  return run.total.steps_without_flops == 0 ? seconds_of(gpu.allocated_ns) : 0;
}

std::optional<double> flops_at_peak(double seconds, double peak) {
  if (seconds <= 0 || peak <= 0) return std::nullopt;
  return seconds * peak;
}

std::optional<double> share(double flops, std::optional<double> flops_at_peak) {
  if (!flops_at_peak) return std::nullopt;
  return flops / *flops_at_peak;
}

/// Each class at its own peak. Nothing unless every class has one, and all are of the same steps.
std::optional<double> peak_time_share(const RunOverview& run, const Utilisation& found) {
  const ExecutedTotal& executed = run.gpu->executed;
  if (!executed.flops || executed.steps_without > 0) return std::nullopt;
  double device_seconds_at_peak = 0;
  for (const ClassTotal& each : run.classes) {
    if (!each.executed_flops || each.steps_without > 0) return std::nullopt;
    if (each.executed_flops->count == 0) continue;
    const auto peak = mean_peak(run, found.devices, each.flop_class, nullptr);
    if (!peak) return std::nullopt;
    device_seconds_at_peak += static_cast<double>(each.executed_flops->count) / *peak;
  }
  return share(device_seconds_at_peak,
               flops_at_peak(device_seconds(*run.gpu, executed.wall_ns), 1));
}

void add_shares(const RunOverview& run, Utilisation& found) {
  const GpuTotal& gpu = *run.gpu;
  const ExecutedTotal& executed = gpu.executed;
  if (run.total.source != "none" && run.total.model_flops.count > 0) {
    found.mfu_peak_flops = flops_at_peak(model_device_seconds(run), found.peak);
    found.mfu = share(static_cast<double>(run.total.model_flops.count), found.mfu_peak_flops);
  } else {
    found.notes.emplace_back(
        "no MFU: no model FLOPs were counted; they come from a LibTorch in the job");
  }
  if (executed.flops) {
    found.hfu_peak_flops =
        flops_at_peak(device_seconds(gpu, executed.executed_wall_ns), found.peak);
    found.hfu = share(static_cast<double>(executed.flops->count), found.hfu_peak_flops);
  }
  found.peak_time_share = peak_time_share(run, found);
  if (found.mfu.value_or(0) > 1 && found.hfu.value_or(2) > 1) {
    found.notes.push_back(fmt::format(
        "MFU is above 100 %: the work did not run in {}, or not on the card that the data sheet "
        "describes; `--peak CLASS` takes the peak of another class",
        found.peak_class));
  }
}

}  // namespace

Utilisation utilisation_of(const RunOverview& run, std::optional<FlopClass> asked,
                           const MeasuredPeaks& measured) {
  Utilisation found;
  for (const DeviceTotal& gpu : run.gpus) found.devices.push_back(peaks_of_device(gpu, measured));
  if (!run.gpu || run.total.steps == 0 || run.gpus.empty()) return found;
  found.peak_class = asked ? std::string(name_of(*asked)) : busiest_class(run);
  if (found.peak_class.empty()) {
    found.notes.emplace_back(
        "no MFU: what the GPUs executed is not known, so neither is the class whose peak counts; "
        "say it with `flopprof report --peak tensor_bf16`, for example");
    return found;
  }
  const auto peak = mean_peak(run, found.devices, found.peak_class, &found.notes);
  if (!peak) return found;
  found.peak = *peak;
  found.peak_source = source_of(run.gpus.front(), measured, found.peak_class);
  add_shares(run, found);
  return found;
}

}  // namespace flopprof::views
