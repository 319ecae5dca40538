#include "tools/flopprof/calibrate_contests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace flopprof::tools {
namespace {

using calibration::Contest;
using calibration::Workload;

constexpr int kTurns = 30;
constexpr double kSecondsOfATurn = 5e-3;
constexpr double kSameClock = 0.02;  ///< clocks that differ by no more are the same

/// One of the two, turn for turn.
struct Side {
  GpuWorkload::Run run;
  int size = 1;
  kernels::TimerPlan plan;
  std::vector<double> seconds;
  std::vector<double> clocks_mhz;

  Side(const GpuWorkload& work, int of_size, kernels::Timer& timer)
      : run(work.prepare(kernels::Operands::kRandom)), size(of_size) {
    const double once = timer.time({.warm_ups = 1, .samples = 1}, launching()).seconds.median;
    plan = kernels::plan_for(once, kSecondsOfATurn);
    plan.warm_ups = 0;
    plan.samples = 1;
  }

  std::function<void(cudaStream_t)> launching() const {
    return [this](cudaStream_t stream) { run(stream, size); };
  }

  void take_turn(kernels::Timer& timer, std::vector<std::string>& doubts) {
    const kernels::Timing timing = timer.time(plan, launching());
    seconds.push_back(timing.seconds.median);
    if (timing.during.clock_mhz) clocks_mhz.push_back(*timing.during.clock_mhz);
    for (const std::string& doubt : timing.doubts) {
      if (std::ranges::find(doubts, doubt) == doubts.end()) doubts.push_back(doubt);
    }
  }

  std::optional<int> clock_mhz() const {
    if (clocks_mhz.empty()) return std::nullopt;
    return static_cast<int>(std::lround(kernels::spread_of(clocks_mhz).median));
  }
};

void doubt_clocks(Contest& contest) {
  if (!contest.clock_mhz || !contest.library_clock_mhz) {
    contest.doubts.emplace_back("the clocks are not known");
    return;
  }
  const double own = *contest.clock_mhz;
  const double theirs = *contest.library_clock_mhz;
  if (std::abs(own - theirs) <= kSameClock * std::max(own, theirs)) return;
  contest.doubts.push_back(fmt::format("the clocks differ: {} and {} MHz", *contest.clock_mhz,
                                       *contest.library_clock_mhz));
}

/// A product that was made in another class is another product.
void doubt_classes(const Workload& library, Contest& contest) {
  if (!library.counted) {
    contest.doubts.emplace_back("what the library executed was not counted");
    return;
  }
  for (const auto& [flop_class, flops] : library.expected) {
    const auto counted = library.counted->find(flop_class);
    if (counted == library.counted->end() || counted->second >= flops) continue;
    contest.doubts.push_back(fmt::format(
        "the library executed {} FLOP of {} in {}: it made the product in another class",
        counted->second, flops, name_of(flop_class)));
  }
}

/// Whoever begins changes from turn to turn.
void hold(const GpuWorkload& own_work, const GpuWorkload& library_work, kernels::Timer& timer,
          Contest& contest) {
  const int size = own_work.timed_size;
  Side own(own_work, size, timer);
  Side library(library_work, size, timer);
  std::vector<double> ratios;
  for (int turn = 0; turn < kTurns; ++turn) {
    Side& first = turn % 2 == 0 ? own : library;
    Side& second = turn % 2 == 0 ? library : own;
    first.take_turn(timer, contest.doubts);
    second.take_turn(timer, contest.doubts);
    ratios.push_back(library.seconds.back() / own.seconds.back());
  }
  for (const auto& [flop_class, flops] : library_work.flops(size)) contest.flops += flops;
  const kernels::Spread ratio = kernels::spread_of(ratios);
  contest.seconds = kernels::spread_of(own.seconds).median;
  contest.library_seconds = kernels::spread_of(library.seconds).median;
  contest.ratio = ratio.median;
  contest.least_ratio = ratio.least;
  contest.greatest_ratio = ratio.greatest;
  contest.clock_mhz = own.clock_mhz();
  contest.library_clock_mhz = library.clock_mhz();
  doubt_clocks(contest);
}

std::string reason_against(const std::vector<Workload>& workloads, std::size_t own,
                           std::size_t library) {
  if (own == workloads.size()) return "our kernel was left out";
  return workloads[own].skipped.empty() ? workloads[library].skipped : workloads[own].skipped;
}

}  // namespace

std::vector<Contest> contests_of(const std::vector<GpuWorkload>& works,
                                 const std::vector<Workload>& workloads, kernels::Timer& timer,
                                 const Progress& progress) {
  std::vector<Contest> contests;
  for (std::size_t library = 0; library < works.size(); ++library) {
    if (!works[library].rival) continue;
    const std::string& kernel = works[library].rival->of;
    Contest contest{.kernel = kernel,
                    .library = works[library].name,
                    .ratio_wanted = works[library].rival->share_wanted};
    const auto at = std::ranges::find(workloads, kernel, &Workload::name);
    const auto own = static_cast<std::size_t>(at - workloads.begin());
    contest.skipped = reason_against(workloads, own, library);
    if (contest.skipped.empty()) {
      progress(fmt::format("timing {} and {} in turn", kernel, contest.library));
      try {
        hold(works[own], works[library], timer, contest);
        doubt_classes(workloads[library], contest);
      } catch (const std::runtime_error& error) {
        cudaGetLastError();  // else the next launch would answer for it
        contest.skipped = error.what();
      }
    }
    contests.push_back(contest);
  }
  return contests;
}

}  // namespace flopprof::tools
