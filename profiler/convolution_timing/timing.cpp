#include "profiler/convolution_timing/timing.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <exception>
#include <set>

namespace flopprof::convolution_timing {
namespace {

using convolution::Times;

constexpr int kWarmUps = 2;

/// Google Benchmark prints nothing: the command prints tables of its own.
class Silence : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

/// What the iterations of one benchmark saw.
struct Samples {
  std::vector<double> seconds;
  std::optional<double> clock_hz;
  std::set<std::string> doubts;

  void add(const LaunchTime& time) {
    seconds.push_back(time.seconds);
    if (time.clock_hz) clock_hz = std::min(clock_hz.value_or(*time.clock_hz), *time.clock_hz);
    doubts.insert(time.doubts.begin(), time.doubts.end());
  }
  Times times() const {
    Times times = convolution::times_of(seconds);
    times.clock_hz = clock_hz;
    times.doubts.assign(doubts.begin(), doubts.end());
    return times;
  }
};

/// One benchmark: a work with the cache in one state.
void time_one(benchmark::State& state, TimedWork& work, Cache cache,
              const TimeLaunch& time_launch) {
  try {
    for (int i = 0; i < kWarmUps; ++i) time_launch(work.launch, cache);
    Samples samples;
    for (auto iteration : state) {
      static_cast<void>(iteration);
      const LaunchTime time = time_launch(work.launch, cache);
      state.SetIterationTime(time.seconds);
      samples.add(time);
    }
    (cache == Cache::kWarm ? work.warm : work.cold) = samples.times();
  } catch (const std::exception& error) {
    work.problem = error.what();
    state.SkipWithError(error.what());
  }
}

}  // namespace

void time_all(std::vector<TimedWork>& works, const TimeLaunch& time_launch, int iterations) {
  if (works.empty()) return;
  benchmark::ClearRegisteredBenchmarks();
  for (TimedWork& work : works) {
    for (const Cache cache : {Cache::kWarm, Cache::kCold}) {
      const std::string name = work.name + (cache == Cache::kWarm ? "/warm" : "/cold");
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&work, cache, &time_launch](benchmark::State& state) {
                                     if (work.problem.empty()) {
                                       time_one(state, work, cache, time_launch);
                                     } else {
                                       state.SkipWithError(work.problem.c_str());
                                     }
                                   })
          ->Iterations(iterations)
          ->UseManualTime();
    }
  }
  Silence silence;
  benchmark::RunSpecifiedBenchmarks(&silence);
  benchmark::ClearRegisteredBenchmarks();
  for (TimedWork& work : works) {
    if (work.problem.empty() && !(work.warm && work.cold)) {
      work.problem = "not timed: BENCHMARK_FILTER in the environment leaves it out";
    }
  }
}

}  // namespace flopprof::convolution_timing
