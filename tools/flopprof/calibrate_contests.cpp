#include "tools/flopprof/calibrate_contests.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "profiler/calibration/contest.h"

namespace flopprof::tools {
namespace {

using calibration::Contest;
using calibration::Turn;
using calibration::Workload;

constexpr int kTurns = 30;
constexpr double kSecondsOfATurn = 5e-3;

/// One of the two.
struct Side {
  GpuWorkload::Run run;
  int size = 1;
  kernels::TimerPlan plan;

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

  kernels::Timing timed(kernels::Timer& timer, std::vector<std::string>& doubts) const {
    kernels::Timing timing = timer.time(plan, launching());
    for (const std::string& doubt : timing.doubts) {
      if (std::ranges::find(doubts, doubt) == doubts.end()) doubts.push_back(doubt);
    }
    return timing;
  }
};

/// Whoever begins changes from turn to turn.
void hold(const GpuWorkload& own_work, const GpuWorkload& library_work, kernels::Timer& timer,
          Contest& contest) {
  const int size = own_work.timed_size;
  const Side own(own_work, size, timer);
  const Side library(library_work, size, timer);
  std::vector<Turn> turns;
  for (int turn = 0; turn < kTurns; ++turn) {
    const bool is_own_first = turn % 2 == 0;
    const auto first = (is_own_first ? own : library).timed(timer, contest.doubts);
    const auto second = (is_own_first ? library : own).timed(timer, contest.doubts);
    const kernels::Timing& ours = is_own_first ? first : second;
    const kernels::Timing& theirs = is_own_first ? second : first;
    turns.push_back({.seconds = ours.seconds.median,
                     .library_seconds = theirs.seconds.median,
                     .clock_mhz = ours.during.clock_mhz,
                     .library_clock_mhz = theirs.during.clock_mhz});
  }
  for (const auto& [flop_class, flops] : library_work.flops(size)) contest.flops += flops;
  settle(turns, contest);
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
