// What the end of a step costs the job's thread: the counters of its operators are taken together.

#include <benchmark/benchmark.h>

#include <string>

#include "profiler/capture/session.h"

namespace flopprof::capture {
namespace {

void count_one_step(ObserverPort& port, ThreadCounters* thread, std::int64_t operators) {
  for (std::int64_t i = 0; i < operators; ++i) {
    WorkCounters* counters =
        port.counters_of(&port, thread, ("op" + std::to_string(i)).c_str(), 0, nullptr);
    add_alone(counters->calls, 1, std::memory_order_release);
  }
}

/// Argument: distinct operators (times phases, times layers) of the step.
void BM_EndOfAStep(benchmark::State& state) {
  Session session{Config{.every_steps = 1}};
  ObserverPort& port = session.port();
  ThreadCounters* thread = port.thread_began(&port);
  const StepHints hints;
  std::vector<WorkCounters*> all;
  count_one_step(port, thread, state.range(0));
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    all.push_back(port.counters_of(&port, thread, ("op" + std::to_string(i)).c_str(), 0, nullptr));
  }
  for (auto _ : state) {
    for (WorkCounters* counters : all) add_alone(counters->calls, 1, std::memory_order_release);
    port.update_ended(&port, &hints);
    if (state.iterations() % 100'000 == 0) {
      state.PauseTiming();
      session.drain(false);
      state.ResumeTiming();
    }
  }
}
BENCHMARK(BM_EndOfAStep)->Arg(20)->Arg(100)->Arg(1000);

/// Argument: distinct operators known; the step itself was not observed.
void BM_EndOfAnUnobservedStep(benchmark::State& state) {
  Session session{Config{.every_steps = 1'000'000'000}};
  ObserverPort& port = session.port();
  count_one_step(port, port.thread_began(&port), state.range(0));
  const StepHints hints;
  port.update_ended(&port, &hints);
  std::int64_t steps = 0;
  for (auto _ : state) {
    port.update_ended(&port, &hints);
    if (++steps % 100'000 == 0) {
      state.PauseTiming();
      session.drain(false);
      state.ResumeTiming();
    }
  }
}
BENCHMARK(BM_EndOfAnUnobservedStep)->Arg(100);

}  // namespace
}  // namespace flopprof::capture
