#include "profiler/diff/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "profiler/diff/quantity.h"
#include "profiler/record/phase.h"

namespace flopprof::diff {
namespace {

constexpr std::array<std::string_view, 10> kWords = {"equal",
                                                     "differs",
                                                     "differs, extrapolated",
                                                     "within the noise",
                                                     "outside the noise",
                                                     "too few steps",
                                                     "not tested",
                                                     "only in A",
                                                     "only in B",
                                                     "in neither"};

/// `name` of each side, and what it says there.
template <typename Row>
using Sides = std::map<std::string, std::pair<const Row*, const Row*>>;

template <typename Row>
Sides<Row> sides_of(const std::vector<Row>& a, const std::vector<Row>& b, std::string Row::* name) {
  Sides<Row> sides;
  for (const Row& row : a) sides[row.*name].first = &row;
  for (const Row& row : b) sides[row.*name].second = &row;
  return sides;
}

template <typename Row, typename Answer>
auto maybe(const Row* row, Answer answer) -> std::optional<decltype(answer(*row))> {
  if (row == nullptr) return std::nullopt;
  return answer(*row);
}

double size_of(const Amount& amount) {
  if (const auto* flops = std::get_if<Flops>(&amount)) return static_cast<double>(flops->count);
  if (const auto* count = std::get_if<std::int64_t>(&amount)) return static_cast<double>(*count);
  const auto* seconds = std::get_if<double>(&amount);
  return seconds == nullptr ? 0 : *seconds;
}

void sort_by_change(std::vector<Part>& parts, Divisors per) {
  const auto moved = [per](const Quantity& quantity) {
    return std::abs(size_of(quantity.b) / static_cast<double>(per.b) -
                    size_of(quantity.a) / static_cast<double>(per.a));
  };
  std::sort(parts.begin(), parts.end(), [&](const Part& left, const Part& right) {
    const double lefts = moved(left.time);
    const double rights = moved(right.time);
    return lefts != rights ? lefts > rights : left.name < right.name;
  });
}

/// A phase or an operator: with rows that have model_flops, source and cpu_ns.
template <typename Row>
std::vector<Part> work_parts(const Sides<Row>& sides, Divisors per) {
  std::vector<Part> parts;
  for (const auto& [name, pair] : sides) {
    const auto& [a, b] = pair;
    const auto flops = [](const Row& row) { return row.model_flops; };
    const auto cpu_ns = [](const Row& row) { return row.cpu_ns; };
    const bool extrapolated =
        (a && a->source == "extrapolated") || (b && b->source == "extrapolated");
    parts.push_back({.name = name,
                     .work = flops_quantity("model_flops", "model FLOPs", maybe(a, flops),
                                            maybe(b, flops), per, extrapolated),
                     .time = time_quantity("cpu_seconds", "CPU time", maybe(a, cpu_ns),
                                           maybe(b, cpu_ns), per)});
  }
  return parts;
}

/// Kernels in steps; where a run has no steps, all of them.
std::vector<Part> kernel_parts(const RunSide& a, const RunSide& b, bool in_steps, Divisors per) {
  const auto launches = [in_steps](const KernelTotal& row) {
    return row.launches + (in_steps ? 0 : row.other_launches);
  };
  const auto kernel_ns = [in_steps](const KernelTotal& row) {
    return row.kernel_ns + (in_steps ? 0 : row.other_kernel_ns);
  };
  std::vector<Part> parts;
  for (const auto& [name, pair] : sides_of(a.kernels, b.kernels, &KernelTotal::kernel)) {
    const auto& [left, right] = pair;
    parts.push_back({.name = name,
                     .work = count_quantity("launches", "launches", maybe(left, launches),
                                            maybe(right, launches), per),
                     .time = time_quantity("kernel_seconds", "kernel time", maybe(left, kernel_ns),
                                           maybe(right, kernel_ns), per)});
  }
  sort_by_change(parts, per);
  return parts;
}

/// Phases stand in the order of a step.
auto place_of(const Part& phase) {
  return std::find(kPhaseNames.begin(), kPhaseNames.end(), phase.name);
}

std::optional<Flops> known_flops(const RunOverview& run) {
  if (run.total.source == "none") return std::nullopt;
  return run.total.model_flops;
}

/// Of the steps in which they are known.
Quantity executed_flops(const RunOverview& a, const RunOverview& b) {
  const ExecutedTotal left = a.gpu ? a.gpu->executed : ExecutedTotal{};
  const ExecutedTotal right = b.gpu ? b.gpu->executed : ExecutedTotal{};
  const auto steps = [](const ExecutedTotal& executed) {
    return std::max<std::int64_t>(1, executed.counted_steps + executed.extrapolated_steps);
  };
  Quantity quantity = flops_quantity(
      "executed_flops", "executed FLOPs", left.flops, right.flops, {steps(left), steps(right)},
      left.source == "extrapolated" || right.source == "extrapolated" || left.is_interval ||
          right.is_interval);
  quantity.is_cost = true;
  return quantity;
}

std::vector<Quantity> totals_of(const RunOverview& a, const RunOverview& b, Divisors per) {
  const bool extrapolated = a.total.source == "extrapolated" || b.total.source == "extrapolated";
  const auto gpu = [](const RunOverview& run, std::int64_t GpuTotal::* field) {
    return run.gpu ? std::optional(*run.gpu.*field) : std::nullopt;
  };
  std::vector<Quantity> totals;
  totals.push_back(count_quantity("steps", "steps", a.total.steps, b.total.steps, {}));
  totals.push_back(flops_quantity("model_flops", "model FLOPs", known_flops(a), known_flops(b), per,
                                  extrapolated));
  totals.back().is_cost = true;
  totals.push_back(executed_flops(a, b));
  totals.push_back(
      time_quantity("step_seconds", "step time", a.total.step_wall_ns, b.total.step_wall_ns, per));
  totals.push_back(time_quantity("gpu_seconds", "GPU-seconds", gpu(a, &GpuTotal::gpu_ns),
                                 gpu(b, &GpuTotal::gpu_ns), per));
  totals.push_back(time_quantity("kernel_seconds", "kernels, plain sum",
                                 gpu(a, &GpuTotal::kernel_ns), gpu(b, &GpuTotal::kernel_ns), per));
  totals.push_back(count_quantity("kernels", "kernels", gpu(a, &GpuTotal::kernels),
                                  gpu(b, &GpuTotal::kernels), per));
  totals.push_back(time_quantity("wall_seconds", "wall time of the job", a.wall_ns, b.wall_ns, {}));
  return totals;
}

Quantity median_flops(const RunOverview& a, const RunOverview& b) {
  const auto median = [](const RunOverview& run) {
    return run.flops_per_step ? std::optional(run.flops_per_step->median) : std::nullopt;
  };
  return flops_quantity("model_flops", "model FLOPs", median(a), median(b), {},
                        a.total.source == "extrapolated" || b.total.source == "extrapolated");
}

std::string devices_of(const RunOverview& run) {
  std::map<std::string, int> devices;
  for (const DeviceTotal& gpu : run.gpus) ++devices[gpu.name.empty() ? "unnamed GPU" : gpu.name];
  if (devices.empty()) {
    for (const Device& cpu : run.devices) ++devices[cpu.name];
  }
  std::string text;
  for (const auto& [name, count] : devices) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, name);
  }
  return text.empty() ? "no device" : text;
}

std::vector<std::string> notes_of(const RunOverview& a, const RunOverview& b) {
  std::vector<std::string> notes;
  const auto note_if = [&](bool differs, const std::string& text) {
    if (differs) notes.push_back(text);
  };
  note_if(devices_of(a) != devices_of(b),
          fmt::format("different devices: A ran on {}, B on {}", devices_of(a), devices_of(b)));
  note_if(a.host != b.host, fmt::format("different hosts: {} and {}", a.host, b.host));
  note_if(a.gpu.has_value() != b.gpu.has_value(),
          fmt::format("{} has no GPU work, so GPU time is not compared", a.gpu ? "B" : "A"));
  note_if(a.total.ranks != b.total.ranks,
          fmt::format("A has {} ranks, B {}; the FLOPs of a step are summed over them",
                      a.total.ranks, b.total.ranks));
  note_if(a.total.steps != b.total.steps && a.total.steps > 0 && b.total.steps > 0,
          fmt::format("A has {} steps, B {}: sums are compared per step", a.total.steps,
                      b.total.steps));
  note_if(
      a.total.steps == 0 || b.total.steps == 0,
      fmt::format("{} no steps: sums are compared as they are, and there is no noise to judge by",
                  a.total.steps == b.total.steps ? "the runs have"
                  : a.total.steps == 0           ? "A has"
                                                 : "B has"));
  note_if(a.total.source != b.total.source,
          fmt::format("FLOPs of A are {}, of B {}", a.total.source, b.total.source));
  for (const auto& [name, run] : {std::pair{"A", &a}, std::pair{"B", &b}}) {
    note_if(run->ended == "running", fmt::format("{} is still running", name));
    note_if(!run->faults.empty(), fmt::format("faults of {}: {}; `flopprof report` tells them",
                                              name, run->faults.size()));
  }
  return notes;
}

}  // namespace

std::string_view words_of(Verdict verdict) { return kWords[static_cast<std::size_t>(verdict)]; }

Comparison compare(const RunSide& a, const RunSide& b) {
  const bool in_steps = a.run.total.steps > 0 && b.run.total.steps > 0;
  const Divisors per = in_steps ? Divisors{a.run.total.steps, b.run.total.steps} : Divisors{};
  Comparison comparison{.in_steps = in_steps, .notes = notes_of(a.run, b.run)};
  comparison.totals = totals_of(a.run, b.run, per);
  comparison.per_step = {
      median_flops(a.run, b.run),
      tested_quantity("wall_seconds", "step time", a.step_wall_ns, b.step_wall_ns),
      tested_quantity("gpu_seconds", "GPU-seconds", a.step_gpu_ns, b.step_gpu_ns)};
  comparison.phases = work_parts(sides_of(a.run.phases, b.run.phases, &PhaseTotal::phase), per);
  std::sort(comparison.phases.begin(), comparison.phases.end(),
            [](const Part& left, const Part& right) { return place_of(left) < place_of(right); });
  comparison.ops = work_parts(sides_of(a.ops, b.ops, &OpTotal::op), per);
  sort_by_change(comparison.ops, per);
  comparison.kernels = kernel_parts(a, b, in_steps, per);
  return comparison;
}

std::vector<std::string> grown(const Comparison& comparison, double share) {
  std::vector<std::string> grown;
  const auto look_at = [&](const Quantity& quantity, const char* of) {
    if (!quantity.is_cost) return;
    if (quantity.verdict == Verdict::kOnlyInA) {
      grown.push_back(fmt::format("{}{} is known in A only", quantity.title, of));
    }
    const bool real = quantity.verdict == Verdict::kDiffers ||
                      quantity.verdict == Verdict::kDiffersExtrapolated ||
                      quantity.verdict == Verdict::kOutsideNoise;
    const bool from_nought = real && !quantity.change;  // no share of nought is enough
    if (from_nought || (real && *quantity.change > share)) {
      grown.push_back(from_nought ? fmt::format("{}{} grew from nothing", quantity.title, of)
                                  : fmt::format("{}{} grew by {:.2f} %", quantity.title, of,
                                                *quantity.change * 100));
    }
  };
  for (const Quantity& total : comparison.totals) {
    look_at(total, comparison.in_steps ? " per step" : "");
  }
  for (const Quantity& step : comparison.per_step) look_at(step, ", median");
  return grown;
}

bool is_empty(const Comparison& comparison) {
  const auto is_known = [](const Quantity& quantity) {
    return quantity.is_cost && quantity.verdict != Verdict::kInNeither &&
           quantity.verdict != Verdict::kOnlyInA && quantity.verdict != Verdict::kOnlyInB &&
           quantity.verdict != Verdict::kTooFewSteps;
  };
  return std::none_of(comparison.totals.begin(), comparison.totals.end(), is_known) &&
         std::none_of(comparison.per_step.begin(), comparison.per_step.end(), is_known);
}

}  // namespace flopprof::diff
