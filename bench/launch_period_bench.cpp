// What a launch pays for the search for steps in a job that tells of none.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "profiler/capture/period_listener.h"
#include "profiler/capture/session.h"

namespace flopprof::capture {
namespace {

std::vector<std::uint64_t> random_launches(std::size_t count, std::uint64_t kinds) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> identities;
  for (std::uint64_t i = 0; i < kinds; ++i) identities.push_back(random());
  std::vector<std::uint64_t> launches;
  for (std::size_t i = 0; i < count; ++i) launches.push_back(identities[random() % kinds]);
  return launches;
}

void launch_all(benchmark::State& state, const std::vector<std::uint64_t>& launches,
                const steps::PeriodDetector::Settings& settings) {
  auto& session = *new Session(Config{});  // never destroyed, as in a job
  PeriodListener listener(session, settings);
  std::size_t at = 0;
  for (auto _ : state) {
    listener.returned(listener.launched(launches[at]));
    if (++at == launches.size()) at = 0;
  }
}

/// Argument: distinct kernels. Random, and therefore listened to for ever.
void BM_ListenToLaunchesWithoutAPeriod(benchmark::State& state) {
  launch_all(state, random_launches(1 << 20, static_cast<std::uint64_t>(state.range(0))), {});
}
BENCHMARK(BM_ListenToLaunchesWithoutAPeriod)->Arg(20)->Arg(1000)->Arg(10'000)->Arg(100'000);

/// Argument: launches a step. Never answered: it has not lasted.
void BM_ListenToSteps(benchmark::State& state) {
  launch_all(state, random_launches(static_cast<std::size_t>(state.range(0)), 1000),
             {.least_ns = INT64_MAX});
}
BENCHMARK(BM_ListenToSteps)->Arg(100)->Arg(1000)->Arg(100'000);

/// Once the period is known, the ends of steps included. Argument: launches a step.
void BM_FollowAPeriod(benchmark::State& state) {
  std::vector<std::uint64_t> step(static_cast<std::size_t>(state.range(0)));
  std::iota(step.begin(), step.end(), 1);
  launch_all(state, step, {.least_ns = 0});
}
BENCHMARK(BM_FollowAPeriod)->Arg(100)->Arg(1000);

void BM_LaunchInAJobThatMarksItsSteps(benchmark::State& state) {
  auto& session = *new Session(Config{});
  session.step_began("mark");
  PeriodListener listener(session);
  for (auto _ : state) listener.returned(listener.launched(1));
}
BENCHMARK(BM_LaunchInAJobThatMarksItsSteps);

}  // namespace
}  // namespace flopprof::capture
