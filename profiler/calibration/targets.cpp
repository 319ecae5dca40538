#include "profiler/calibration/targets.h"

#include <algorithm>

#include "profiler/calibration/judge.h"

namespace flopprof::calibration {
namespace {

using Sheet = std::optional<flops::Peaks>;

Target of_bandwidth(const Workload& workload, const Rate& rate, const Sheet& sheet) {
  Target target{.kernel = workload.name,
                .of = "the data sheet's bandwidth",
                .wanted = *workload.share_wanted};
  if (!sheet || !sheet->bytes_per_second) {
    target.unknown = "no data sheet says how fast this device's memory is";
  } else {
    target.reached = static_cast<double>(rate.bytes) / rate.seconds / *sheet->bytes_per_second;
  }
  return target;
}

Target of_a_clock(const Workload& workload, const Rate& rate, int processors, const Sheet& sheet) {
  Target target{.kernel = workload.name,
                .of = "the data sheet's FLOP a clock and SM",
                .wanted = *workload.share_wanted};
  const auto peak = sheet && workload.peak_of ? sheet->of(*workload.peak_of) : std::nullopt;
  const auto reached = flops_a_clock(rate, processors);
  if (!peak || !peak->flops_per_clock_per_sm) {
    target.unknown = "no data sheet says what an SM of this device does a clock";
  } else if (!reached) {
    target.unknown = "the clock is not known";
  } else {
    target.reached = *reached / *peak->flops_per_clock_per_sm;
  }
  return target;
}

Target target_of(const Workload& workload, int processors, const Sheet& sheet) {
  const auto rate = std::ranges::find_if(workload.rates, [](const Rate& one) {
    return one.operands == Operands::kRandom && one.seconds > 0;
  });
  if (rate == workload.rates.end()) {
    return {.kernel = workload.name,
            .of = "the data sheet",
            .wanted = *workload.share_wanted,
            .unknown = "it was not timed"};
  }
  return rate->bytes > 0 ? of_bandwidth(workload, *rate, sheet)
                         : of_a_clock(workload, *rate, processors, sheet);
}

Target target_of(const Contest& contest) {
  Target target{.kernel = contest.kernel,
                .of = "the speed of " + contest.library,
                .wanted = contest.ratio_wanted,
                .unknown = contest.skipped};
  if (contest.ratio > 0) target.reached = contest.ratio;
  return target;
}

}  // namespace

std::string_view name_of(Standing standing) {
  constexpr std::string_view kNames[] = {"met", "missed", "unknown"};
  return kNames[static_cast<std::size_t>(standing)];
}

Standing standing_of(const Target& target) {
  if (!target.reached) return Standing::kUnknown;
  return *target.reached >= target.wanted ? Standing::kMet : Standing::kMissed;
}

std::vector<Target> targets_of(const Calibration& calibration, const Sheet& sheet) {
  std::vector<Target> targets;
  for (const Workload& workload : calibration.workloads) {
    if (!workload.share_wanted || !workload.skipped.empty()) continue;
    targets.push_back(target_of(workload, calibration.device.processors, sheet));
  }
  for (const Contest& contest : calibration.contests) targets.push_back(target_of(contest));
  return targets;
}

}  // namespace flopprof::calibration
