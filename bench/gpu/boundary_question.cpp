#include <chrono>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/questions.h"
#include "profiler/capture/driver.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

constexpr int kRepeats = 20;
constexpr int kLongTrips = 20'000;       // some ten milliseconds
constexpr int kVeryLongTrips = 200'000;  // longer than a range takes to begin
constexpr int kShortTrips = 200;
constexpr auto kPatience = std::chrono::seconds(2);

json waits(const KernelWork& work, int trips, const std::function<void()>& wait) {
  std::vector<double> us;
  for (int i = 0; i < kRepeats; ++i) {
    wait_for_device();
    if (trips > 0) work.launch(nullptr, trips);
    us.push_back(microseconds_of(wait));
  }
  return spread_of(us);
}

json waiting(const KernelWork& work, int trips) {
  const auto driver = capture::find_driver();
  if (!driver) throw Refused("libcuda.so.1 is not mapped, or lacks a function");
  if (driver->record_context == nullptr) throw Refused("this driver has no cuCtxRecordEvent");
  const CUcontext context = current_context();
  int late = 0;
  const json synchronising = waits(work, trips, wait_for_device);
  const json polling = waits(
      work, trips, [&] { late += capture::wait_until_idle(*driver, context, kPatience) ? 0 : 1; });
  return {{"synchronise_us", synchronising}, {"record_and_poll_us", polling}, {"not_idle", late}};
}

std::int64_t products_of(const KernelWork& work, int trips) {
  kernels::Launch launch = work.size();
  launch.trips = trips;
  return flops_of(work.kernel(), kernels::FlopClass::kTensorBf16, launch, capability_of_device());
}

/// What a range counts whose boundaries kernels run across.
json in_flight(Counting& counting, const KernelWork& work, const counters::CounterSet& set,
               bool at_the_end) {
  std::vector<capture::CountedRange> ranges;
  counting.count(counting.set_named(set.name), [&] { work.launch(nullptr); });  // enables it
  wait_for_device();
  if (!at_the_end) work.launch(nullptr, kVeryLongTrips);
  ranges.push_back(counting.count(
      counting.set_named(set.name),
      [&] {
        work.launch(nullptr, kShortTrips);
        if (!at_the_end) wait_for_device();
        if (at_the_end) work.launch(nullptr, kVeryLongTrips);
      },
      Counting::Boundaries::kAsTheyCome));
  wait_for_device();
  return {{"values", named(set, counting.values_of(ranges).front())},
          {"flops_launched_in_the_range",
           products_of(work, kShortTrips) + (at_the_end ? products_of(work, kVeryLongTrips) : 0)},
          {"flops_in_flight_before_it", at_the_end ? 0 : products_of(work, kVeryLongTrips)}};
}

/// Kernels that leave room for each other, on two streams: does the range let them?
json beside_each_other(Counting& counting) {
  const KernelWork half(reference_kernel("flopprof_ffma"),
                        {.blocks = multiprocessors() / 2, .trips = kLongTrips});
  const Stream first;
  const Stream second;
  const auto one = [&] {
    half.launch(first.get());
    wait_for_device();
  };
  const auto two = [&] {
    half.launch(first.get());
    half.launch(second.get());
    wait_for_device();
  };
  two();
  const double alone_us = microseconds_of(one);
  const double outside_us = microseconds_of(two);
  json inside = json::object();
  for (const counters::CounterSet& set : counting.sets()) {
    try {
      counting.count(counting.set_named(set.name),
                     [&] { inside[set.name] = microseconds_of(two); });
    } catch (const Refused& refused) {
      inside[set.name] = refused.what();
    }
  }
  return {{"one_us", alone_us}, {"two_us", outside_us}, {"two_in_a_range_us", inside}};
}

}  // namespace

void ask_about_boundaries() {
  const KernelWork work(reference_kernel("flopprof_mma_bf16"),
                        {.blocks = multiprocessors(), .trips = kShortTrips});
  work.launch(nullptr);
  wait_for_device();
  ask("boundaries", "waiting for an idle context", [&] { return waiting(work, 0); });
  ask("boundaries", "waiting for a busy context", [&] { return waiting(work, kLongTrips); });
  Counting counting;
  ask("boundaries", "two streams", [&] { return beside_each_other(counting); });
  for (const counters::CounterSet& set : counting.sets()) {  // last, for it might never end
    if (set.name != "A" && set.name != "S") continue;
    ask("boundaries", "set " + set.name + ", a kernel runs when the range begins",
        [&] { return in_flight(counting, work, set, false); });
    ask("boundaries", "set " + set.name + ", a kernel runs when the range ends",
        [&] { return in_flight(counting, work, set, true); });
  }
}

}  // namespace flopprof::gpu
