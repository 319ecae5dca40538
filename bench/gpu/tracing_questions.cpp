#include <chrono>
#include <memory>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/kernel_records.h"
#include "bench/gpu/questions.h"
#include "profiler/capture/cupti_subscription.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

constexpr int kKernels = 10;
constexpr int kBatches = 40;
constexpr int kLaunches = 500;  // of a batch: fewer than the driver takes before it waits

/// Nanoseconds of one launch on the host, in batches that the device has time for.
json launch_ns(const KernelWork& empty) {
  std::vector<double> ns;
  for (int batch = 0; batch < kBatches; ++batch) {
    ns.push_back(1e3 / kLaunches * microseconds_of([&] {
                   for (int i = 0; i < kLaunches; ++i) empty.launch(nullptr, 0);
                 }));
    wait_for_device();
  }
  return spread_of(ns);
}

json times_of(const std::vector<KernelRecord>& records) {
  std::vector<double> us;
  std::size_t without_time = 0;
  for (const KernelRecord& record : records) {
    us.push_back(record.us);
    without_time += record.without_time ? 1 : 0;
  }
  return {{"records", records.size()}, {"without_time", without_time}, {"us", spread_of(us)}};
}

/// The same kernels counted with one set, traced or not.
json counted(Counting& counting, const counters::CounterSet& set,
             const std::function<void()>& work) {
  std::vector<capture::CountedRange> ranges;
  ranges.push_back(counting.count(counting.set_named(set.name), work));
  return named(set, counting.values_of(ranges).front());
}

struct Launches {
  const KernelWork& work;
  void operator()() const {
    for (int i = 0; i < kKernels; ++i) work.launch(nullptr);
  }
};

void ask_one_set(Counting& counting, const KernelWork& work, const counters::CounterSet& set) {
  const Launches launches{work};
  const std::string name = "set " + set.name;
  ask("ranges_with_tracing", name + ", counted only",
      [&]() -> json { return {{"values", counted(counting, set, launches)}}; });
  counting.release();
  ask("ranges_with_tracing", name + ", traced when counting begins", [&]() -> json {
    KernelRecords records(counting.cupti());
    json values = counted(counting, set, launches);
    return {{"values", std::move(values)}, {"kernels", times_of(records.take())}};
  });
  counting.release();
  ask("ranges_with_tracing", name + ", tracing begins in the range", [&]() -> json {
    std::unique_ptr<KernelRecords> records;
    json values = counted(counting, set, [&] {
      records = std::make_unique<KernelRecords>(counting.cupti());
      launches();
    });
    return {{"values", std::move(values)}, {"kernels", times_of(records->take())}};
  });
  counting.release();
}

void CUPTIAPI on_call(void*, CUpti_CallbackDomain, CUpti_CallbackId, const void*) {}
void CUPTIAPI no_buffer(std::uint8_t** data, std::size_t* size, std::size_t* records) {
  *data = nullptr;
  *size = 0;
  *records = 0;
}
void CUPTIAPI no_records(CUcontext, std::uint32_t, std::uint8_t*, std::size_t, std::size_t) {}

/// Launches call back through a subscription like the collector's, to a function that does nothing.
json with_callbacks(capture::CuptiLibrary& cupti, const KernelWork& empty) {
  const auto refusal = capture::subscribe(
      cupti, {.called = on_call, .buffer_wanted = no_buffer, .buffer_full = no_records});
  if (refusal)
    throw Refused(refusal->call + ": " + capture::text_of(cupti, refusal->result) + " " +
                  refusal->holder);
  for (const auto kind : {CUPTI_ACTIVITY_KIND_DEVICE, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
                          CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET})
    check(cupti, cupti.disable(kind), "ActivityDisable");
  return {{"launch_ns", launch_ns(empty)}};
}

json cost_of_tracing(const capture::CuptiLibrary& cupti, const KernelWork& empty) {
  std::unique_ptr<KernelRecords> records;
  const double begin_us =
      microseconds_of([&] { records = std::make_unique<KernelRecords>(cupti); });
  json ns = launch_ns(empty);
  std::size_t taken = 0;
  const double take_us = microseconds_of([&] { taken = records->take().size(); });
  const std::size_t dropped = records->dropped();
  const double end_us = microseconds_of([&] { records.reset(); });
  return {{"launch_ns", std::move(ns)}, {"enable_us", begin_us}, {"disable_us", end_us},
          {"take_us", take_us},         {"records", taken},      {"dropped", dropped}};
}

}  // namespace

void ask_about_ranges_with_tracing() {
  Counting counting;
  const kernels::Launch size{.blocks = multiprocessors(), .threads = 256, .trips = 2000};
  const KernelWork work(reference_kernel("flopprof_mma_bf16"), size);
  const Launches launches{work};
  launches();
  wait_for_device();
  ask("ranges_with_tracing", "traced only", [&]() -> json {
    KernelRecords records(counting.cupti());
    launches();
    wait_for_device();
    const auto expected =
        flops_of(work.kernel(), kernels::FlopClass::kTensorBf16, size, capability_of_device());
    return {{"kernels", times_of(records.take())}, {"expected_tensor_bf16", kKernels * expected}};
  });
  for (const counters::CounterSet& set : counting.sets()) {
    if (set.name == "A" || set.name == "S") ask_one_set(counting, work, set);
  }
  ask("ranges_with_tracing", "traced only, after counting", [&]() -> json {
    KernelRecords records(counting.cupti());
    launches();
    wait_for_device();
    return {{"kernels", times_of(records.take())}};
  });
}

void ask_about_tracing_cost() {
  const KernelWork empty(reference_kernel("flopprof_ffma"), {.threads = 32, .trips = 0});
  const auto launches = [&]() -> json { return {{"launch_ns", launch_ns(empty)}}; };
  ask("tracing_cost", "without CUPTI", launches);
  auto cupti = capture::open_cupti();
  if (!cupti) throw Refused("no libcupti.so was found; put its folder into LD_LIBRARY_PATH");
  ask("tracing_cost", "CUPTI open", launches);
  for (int turn = 1; turn <= 3; ++turn) {
    const std::string time = ", time " + std::to_string(turn);
    ask("tracing_cost", "traced" + time, [&] { return cost_of_tracing(*cupti, empty); });
    ask("tracing_cost", "no longer traced" + time, launches);
  }
  ask("tracing_cost", "range profiler, enabled and idle", [&] {
    Counting counting;
    counting.count(0, [&] { empty.launch(nullptr, 0); });
    json answer = launches();
    counting.release();
    answer["launch_ns_released"] = launch_ns(empty);
    return answer;
  });
  ask("tracing_cost", "launches call back, nothing traced",
      [&] { return with_callbacks(*cupti, empty); });
}

}  // namespace flopprof::gpu
