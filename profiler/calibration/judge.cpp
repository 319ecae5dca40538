#include "profiler/calibration/judge.h"

#include <algorithm>
#include <set>

namespace flopprof::calibration {
namespace {

Verdict judged(const Workload& workload, const Comparison& comparison) {
  if (!comparison.counted) return Verdict::kNotCounted;
  if (workload.promise == Promise::kNone) return Verdict::kOpen;
  if (*comparison.counted == comparison.expected) return Verdict::kExact;
  const bool is_own = workload.expected.contains(comparison.flop_class);
  const bool is_promised = workload.promise == Promise::kEveryClass || is_own;
  return is_promised ? Verdict::kDiffers : Verdict::kOpen;
}

std::optional<std::int64_t> number_of(const std::map<FlopClass, std::int64_t>& numbers,
                                      FlopClass flop_class) {
  const auto at = numbers.find(flop_class);
  return at == numbers.end() ? std::nullopt : std::optional(at->second);
}

/// From what is best to what is worst.
int rank_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kExact:
      return 0;
    case Verdict::kOpen:
      return 1;
    case Verdict::kNotCounted:
      return 2;
    case Verdict::kDiffers:
      return 3;
  }
  return 3;
}

}  // namespace

std::string_view name_of(Operands operands) {
  constexpr std::string_view kNames[] = {"zeros", "random", "toggling"};
  return kNames[static_cast<std::size_t>(operands)];
}

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"exact", "differs", "not counted", "open"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<Comparison> comparisons_of(const Workload& workload) {
  std::set<FlopClass> classes;
  for (const auto& [flop_class, flops] : workload.expected) classes.insert(flop_class);
  if (workload.counted) {
    for (const auto& [flop_class, flops] : *workload.counted) {
      if (flops != 0) classes.insert(flop_class);
    }
  }
  if (classes.empty()) classes.insert(FlopClass::kFp32);
  std::vector<Comparison> comparisons;
  for (const FlopClass flop_class : classes) {
    Comparison comparison{.flop_class = flop_class,
                          .expected = number_of(workload.expected, flop_class).value_or(0)};
    if (workload.counted) comparison.counted = number_of(*workload.counted, flop_class);
    comparison.verdict = judged(workload, comparison);
    comparisons.push_back(comparison);
  }
  return comparisons;
}

Verdict verdict_of(const Workload& workload) {
  Verdict worst = Verdict::kExact;
  for (const Comparison& comparison : comparisons_of(workload)) {
    if (rank_of(comparison.verdict) > rank_of(worst)) worst = comparison.verdict;
  }
  return worst;
}

Verdict verdict_of(const Calibration& calibration) {
  Verdict worst = Verdict::kExact;
  bool any_ran = false;
  for (const Workload& workload : calibration.workloads) {
    if (!workload.skipped.empty()) continue;
    any_ran = true;
    const Verdict verdict = verdict_of(workload);
    if (rank_of(verdict) > rank_of(worst)) worst = verdict;
  }
  return any_ran ? worst : Verdict::kNotCounted;
}

std::optional<double> flops_a_clock(const Rate& rate, int processors) {
  if (!rate.clock_mhz || *rate.clock_mhz <= 0 || processors <= 0 || !(rate.seconds > 0)) {
    return std::nullopt;
  }
  const double clocks = rate.seconds * *rate.clock_mhz * 1e6;
  return static_cast<double>(rate.flops) / clocks / processors;
}

std::vector<MeasuredPeak> peaks_of(const Calibration& calibration) {
  std::map<FlopClass, MeasuredPeak> peaks;
  for (const Workload& workload : calibration.workloads) {
    if (!workload.peak_of) continue;
    for (const Rate& rate : workload.rates) {
      if (rate.operands != Operands::kRandom || !(rate.seconds > 0)) continue;
      const double flops_per_second = static_cast<double>(rate.flops) / rate.seconds;
      MeasuredPeak& peak = peaks[*workload.peak_of];
      if (flops_per_second <= peak.flops_per_second) continue;
      peak = {.flop_class = *workload.peak_of,
              .flops_per_second = flops_per_second,
              .kernel = workload.name,
              .rate = rate};
    }
  }
  std::vector<MeasuredPeak> list;
  for (const auto& [flop_class, peak] : peaks) list.push_back(peak);
  return list;
}

double bytes_per_second_of(const Calibration& calibration) {
  double fastest = 0;
  for (const Workload& workload : calibration.workloads) {
    for (const Rate& rate : workload.rates) {
      if (rate.bytes == 0 || !(rate.seconds > 0)) continue;
      fastest = std::max(fastest, static_cast<double>(rate.bytes) / rate.seconds);
    }
  }
  return fastest;
}

}  // namespace flopprof::calibration
