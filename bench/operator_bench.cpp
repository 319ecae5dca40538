// What one operator pays for being observed: bare, under an empty observer (torch's own price of
// any observer that sees arguments), and under flopprof's. Run it through `flopprof run --every 1`,
// or the last is the bare one again. The three take turns in one process, and the least of the
// repetitions is printed: this is a price in tens of nanoseconds, on machines with other guests.
//
//   build/bin/flopprof run -f -o bench.db --every 1 -- build/bench/operator_bench

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <benchmark/benchmark.h>

#include <algorithm>

namespace {

using Work = void (*)(at::Tensor&, const at::Tensor&);

void counted(at::Tensor& result, const at::Tensor& x) { at::mm_out(result, x, x); }
void uncounted(at::Tensor& result, const at::Tensor&) { result.add_(1); }
void without_flops(at::Tensor& result, const at::Tensor&) {
  benchmark::DoNotOptimize(result.detach());
}

void run(benchmark::State& state, Work work) {
  const at::Tensor x = at::ones({2, 2});
  at::Tensor result = at::zeros({2, 2});
  for (auto _ : state) work(result, x);
}

std::unique_ptr<at::ObserverContext> nothing(const at::RecordFunction&) { return nullptr; }
void nothing_either(const at::RecordFunction&, at::ObserverContext*) {}

void BM_Bare(benchmark::State& state, Work work) {
  const at::RecordFunctionGuard off(false);
  run(state, work);
}

/// The observers that were there before are off meanwhile.
void BM_EmptyObserver(benchmark::State& state, Work work) {
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(&nothing, &nothing_either)
                                                .needsInputs(true)
                                                .scopes({at::RecordScope::FUNCTION}));
  for (auto other = at::CallbackHandle{1}; other < handle; ++other) at::disableCallback(other);
  run(state, work);
  at::removeCallback(handle);
  for (auto other = at::CallbackHandle{1}; other < handle; ++other) at::reenableCallback(other);
}

void BM_AsItIs(benchmark::State& state, Work work) { run(state, work); }

double least(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

void take_turns(benchmark::internal::Benchmark* benchmark) {
  benchmark->Repetitions(25)->MinTime(0.02)->ReportAggregatesOnly()->ComputeStatistics("least",
                                                                                       &least);
}

}  // namespace

BENCHMARK_CAPTURE(BM_Bare, counted, &counted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_EmptyObserver, counted, &counted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_AsItIs, counted, &counted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_Bare, uncounted, &uncounted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_EmptyObserver, uncounted, &uncounted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_AsItIs, uncounted, &uncounted)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_Bare, without_flops, &without_flops)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_EmptyObserver, without_flops, &without_flops)->Apply(&take_turns);
BENCHMARK_CAPTURE(BM_AsItIs, without_flops, &without_flops)->Apply(&take_turns);

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string turns = "--benchmark_enable_random_interleaving=true";
  arguments.insert(arguments.begin() + 1, turns.data());
  argc = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&argc, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
}
