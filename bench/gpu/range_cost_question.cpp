#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/questions.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

constexpr int kRepeats = 50;
constexpr int kLaunches = 20;  // of a range

json spreads(const capture::RangeCallTimes& times) {
  json spread = json::object();
  for (const auto& [call, us] : times) spread[call] = spread_of(us);
  return spread;
}

/// `released`: the profiler is disabled after each range, as it is between the windows of a job.
json cost(Counting& counting, const KernelWork& work, std::size_t set, bool released) {
  std::vector<double> whole_us;
  std::vector<capture::CountedRange> ranges;
  const auto launches = [&] {
    for (int i = 0; i < kLaunches; ++i) work.launch(nullptr);
  };
  ranges.push_back(counting.count(set, launches));  // the first time is another
  const json first = spreads(counting.call_times());
  counting.forget_call_times();
  for (int i = 0; i < kRepeats; ++i) {
    whole_us.push_back(microseconds_of([&] { ranges.push_back(counting.count(set, launches)); }));
    if (released) counting.release();
  }
  const json calls = spreads(counting.call_times());
  counting.forget_call_times();
  counting.release();
  wait_for_device();
  const double bare_us = microseconds_of([&] {
    launches();
    wait_for_device();
  });
  const std::vector<capture::CountedRange> one(ranges.begin(), ranges.begin() + 1);
  const double evaluate_one_us = microseconds_of([&] { counting.values_of(one); });
  const double evaluate_all_us = microseconds_of([&] { counting.values_of(ranges); });
  return {{"calls_us", calls},
          {"first_us", first},
          {"whole_range_us", spread_of(whole_us)},
          {"same_launches_uncounted_us", bare_us},
          {"counted_bytes", ranges.front().data.size()},
          {"evaluate_one_range_us", evaluate_one_us},
          {"evaluate_all_ranges_us", evaluate_all_us}};
}

}  // namespace

void ask_about_range_cost() {
  Counting counting;
  const KernelWork work(reference_kernel("flopprof_ffma"), {.blocks = multiprocessors()});
  ask("range_cost", "opening",
      [&]() -> json { return {{"calls_us", spreads(counting.call_times())}}; });
  counting.forget_call_times();
  for (const counters::CounterSet& set : counting.sets()) {
    const std::size_t number = counting.set_named(set.name);
    ask("range_cost", "set " + set.name, [&] { return cost(counting, work, number, false); });
    ask("range_cost", "set " + set.name + ", released each time",
        [&] { return cost(counting, work, number, true); });
  }
}

}  // namespace flopprof::gpu
