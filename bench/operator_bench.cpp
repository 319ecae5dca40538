// What one operator pays for being observed: bare, with an empty observer (torch's own price of any
// observer that sees arguments), and with flopprof's. Run it through `flopprof run --every 1`, or
// the last column is the bare one again.
//
//   build/bin/flopprof run -f -o /tmp/bench.db --every 1 -- build/bench/operator_bench

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <benchmark/benchmark.h>
#include <dlfcn.h>

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

/// Flopprof's observer sits beside it if there is one, so this must run unattached.
void BM_EmptyObserver(benchmark::State& state, Work work) {
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(&nothing, &nothing_either)
                                                .needsInputs(true)
                                                .scopes({at::RecordScope::FUNCTION}));
  run(state, work);
  at::removeCallback(handle);
}

void BM_AsItIs(benchmark::State& state, Work work) { run(state, work); }

}  // namespace

BENCHMARK_CAPTURE(BM_Bare, counted, &counted);
BENCHMARK_CAPTURE(BM_EmptyObserver, counted, &counted);
BENCHMARK_CAPTURE(BM_AsItIs, counted, &counted);
BENCHMARK_CAPTURE(BM_Bare, uncounted, &uncounted);
BENCHMARK_CAPTURE(BM_EmptyObserver, uncounted, &uncounted);
BENCHMARK_CAPTURE(BM_AsItIs, uncounted, &uncounted);
BENCHMARK_CAPTURE(BM_Bare, without_flops, &without_flops);
BENCHMARK_CAPTURE(BM_EmptyObserver, without_flops, &without_flops);
BENCHMARK_CAPTURE(BM_AsItIs, without_flops, &without_flops);
