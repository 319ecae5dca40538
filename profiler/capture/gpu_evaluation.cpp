// The part of GpuLooks in which what was counted becomes FLOPs: the drain thread's, but for what
// says otherwise.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

#include "profiler/capture/gpu_faults.h"
#include "profiler/capture/gpu_looks.h"
#include "profiler/capture/kernel_name.h"

namespace flopprof::capture {
namespace {

/// The session's own faults have been drained by then.
void tell(Drained& drained, const char* what, std::string detail, const char* remedy) {
  add_fault(drained, what, 1, std::move(detail), remedy);
}

}  // namespace

void GpuLooks::drain(bool last, Drained& drained) {
  if (!counting_) return;
  std::vector<Ordered> orders;
  {
    const std::lock_guard lock(results_mutex_);
    orders.swap(orders_);
  }
  for (Ordered& order : orders) splits_.know(order.signature, std::move(order.launches));
  std::vector<std::string> problems;
  if (!gave_up_ && !last) counting_->prepare(problems);
  for (const std::string& problem : problems)
    tell(drained, "executed FLOPs not counted", problem, "see flopprof doctor");
  if (!problems.empty()) ways_.want_next_source();
  evaluate(last, drained);
  {
    const std::lock_guard lock(results_mutex_);
    add_fault(drained, "counts of steps dropped", std::exchange(dropped_results_, 0),
              "steps were counted faster than their counts could be read",
              "they are left out: count fewer steps with a larger --every");
  }
  auto changes = executed_.take_changes();
  drained.executed_steps = std::move(changes.steps);
  drained.executed_signatures = std::move(changes.signatures);
  split(drained);
  if (changes.unknown > 0)
    tell(drained, "executed FLOPs beyond 64 bits", "a step executes more than can be kept", "");
  const std::lock_guard lock(plan_mutex_);
  drained.overhead.own_ns += plan_.spent_ns();
  drained.overhead.total_ns += plan_.spent_ns();
}

/// Of the job's threads. False where there is no room until the drain thread has evaluated what is
/// there.
bool GpuLooks::keep_result(Result result) {
  constexpr std::size_t kMostBytes = 4 * 1024 * 1024;
  constexpr std::size_t kQuestionBytes = 1024;  // what it takes to ask about a range
  std::size_t bytes = 0;
  for (const CountedRange& range : result.ranges) bytes += range.data.size() + kQuestionBytes;
  const std::lock_guard lock(results_mutex_);
  if (results_bytes_ + bytes > kMostBytes) {
    ++dropped_results_;
    return false;
  }
  if (results_bytes_ < kManyResultBytes && results_bytes_ + bytes >= kManyResultBytes)
    ways_.hurry();
  results_bytes_ += bytes;
  results_.push_back(std::move(result));
  return true;
}

/// Rarely, for whom it takes to ask uses a processor: at once, then at growing distances.
std::vector<GpuLooks::Result> GpuLooks::take_results(bool last) {
  constexpr int kMostDrains = 32;
  constexpr int kMostForCuts = 4;  // what comes of some says where the next are best
  const bool its_turn = --drains_to_wait_ <= 0 || last;
  std::vector<Result> results;
  {
    const std::lock_guard lock(results_mutex_);
    if (!its_turn && results_bytes_ < kManyResultBytes) return {};
    results.swap(results_);
    results_bytes_ = 0;
  }
  if (results.empty()) return results;
  waited_drains_ = std::min(wants_cuts() ? kMostForCuts : kMostDrains, 2 * waited_drains_);
  drains_to_wait_ = waited_drains_;
  return results;
}

void GpuLooks::evaluate(bool last, Drained& drained) {
  constexpr auto kPatience = std::chrono::seconds(20);
  constexpr auto kLastPatience = std::chrono::seconds(2);
  std::vector<Result> results = take_results(last);
  if (results.empty()) return;
  std::vector<CountedRange> ranges;
  for (Result& result : results)  // they keep their number
    std::move(result.ranges.begin(), result.ranges.end(), std::back_inserter(ranges));
  try {
    const auto answers = counting_->values_of(ranges, last ? kLastPatience : kPatience);
    std::size_t at = 0;
    for (const Result& result : results) {
      const std::size_t count = result.ranges.size();
      add(result, std::span(ranges).subspan(at, count), std::span(answers).subspan(at, count),
          drained);
      at += count;
    }
  } catch (const std::runtime_error& error) {
    tell(drained, "counters not evaluated", error.what(), "steps that were counted are left out");
  }
}

bool GpuLooks::wants_cuts() {
  const std::lock_guard lock(plan_mutex_);
  return plan_.wants_cuts();
}

/// What counted steps and cuts through them say of phases, operators and kernels, and what is to be
/// counted next.
void GpuLooks::split(Drained& drained) {
  drained.executed_splits = splits_.take_changes();
  for (ExecutedSplit& each : drained.executed_splits) {
    for (ExecutedPart& part : each.parts)
      if (part.kernel) part.kernel = demangled(*part.kernel);
  }
  const auto wanted = splits_.take_wanted();
  std::int64_t disordered = 0;
  {
    const std::lock_guard lock(plan_mutex_);
    for (const auto& [signature, cuts] : wanted) {
      std::vector<steps::CutPlan::Wanted> places;
      for (const auto& [set, cut] : cuts) places.push_back({.set = set, .cut = cut});
      plan_.want_cuts(signature, std::move(places));
    }
    disordered = plan_.disordered();
  }
  if (disordered > std::exchange(told_disordered_, disordered))
    tell(drained, "executed FLOPs not told apart",
         "threads launch kernels in another order in each step",
         "the FLOPs of such steps are counted whole; those of their phases, operators and kernels "
         "are not known");
}

/// Contexts that share a device share its row.
void GpuLooks::add(const Result& result, std::span<const CountedRange> ranges,
                   std::span<const CounterAnswer> answers, Drained& drained) {
  std::map<std::int64_t, std::pair<const CountedRange*, std::vector<double>>> by_device;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (!answers[i].error.empty()) {
      tell(drained, "counters not evaluated", answers[i].error, "");
      return;
    }
    auto& [range, sum] = by_device[ranges[i].device];
    range = &ranges[i];
    sum.resize(answers[i].values.size());
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += answers[i].values[k];
  }
  for (const auto& [device, counted] : by_device) {
    const auto& [range, values] = counted;
    const counters::CounterSet& set = range->chip->sets[range->set];
    splits_.add(range->chip->sets, {.signature = result.signature,
                                    .device = device,
                                    .set = range->set,
                                    .values = values,
                                    .cut = result.cut});
    if (result.cut) continue;
    const std::int64_t no_counts = executed_.add(range->chip->sets, {.step = result.step,
                                                                     .signature = result.signature,
                                                                     .device = device,
                                                                     .set = &set,
                                                                     .values = values});
    if (no_counts > 0)
      tell(drained, "counter values that are no counts", fmt::format("counter set {}", set.name),
           "");
    const bool nothing = executed_.adds_nothing(result.signature, device, set);
    const std::lock_guard lock(plan_mutex_);
    plan_.adds_nothing(result.signature, range->set, nothing);
  }
}

}  // namespace flopprof::capture
