#include "profiler/counters/counter_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>

#include "profiler/counters/counter.h"

namespace flopprof::counters {
namespace {

using Metrics = std::vector<std::string>;

const Metrics kTiming = {"sm__cycles_elapsed.max", "gpu__time_duration.sum"};

/// What training uses most comes first: the operands, and of these the instructions of the newest
/// kind.
constexpr std::array kOperandOrder = {
    FlopClass::kTensorBf16,      FlopClass::kTensorFp8,    FlopClass::kTensorFp16,
    FlopClass::kTensorTf32,      FlopClass::kTensorFp64,   FlopClass::kTensorFp4,
    FlopClass::kTensorFp4Fp6Fp8, FlopClass::kTensorFp4Fp6,
};

auto place_of(const std::string& metric) {
  const TensorCounterName name = *tensor_counter_name(metric);
  const auto operand =
      std::find(kOperandOrder.begin(), kOperandOrder.end(), counter_of(metric)->flop_class);
  return std::tuple(operand, name.instruction == "hmma", name.result == "fp16",
                    name.sparsity == "on", metric);
}

bool narrows(const TensorCounterName& fine, const TensorCounterName& coarse) {
  return fine != coarse && fine.source == coarse.source &&
         (coarse.instruction.empty() || coarse.instruction == fine.instruction) &&
         (coarse.result.empty() || coarse.result == fine.result);
}

struct TensorCounter {
  std::string metric;
  TensorCounterName name;
  bool divided = false;  ///< left to the ones that narrow it
};

/// A counter that a single other one narrows counts at least as much as that: it is left to the
/// other only where it does not fit into one pass.
bool is_divided(const TensorCounter& counter, const std::vector<TensorCounter>& all,
                const PassesOf& passes_of) {
  const auto narrowing = std::count_if(all.begin(), all.end(), [&](const TensorCounter& other) {
    return narrows(other.name, counter.name);
  });
  return narrowing >= 2 || (narrowing == 1 && passes_of({counter.metric + ".sum"}) > 1);
}

/// `metric`, or its two halves where the whole takes more than one pass.
Metrics in_one_pass(const std::string& metric, const Metrics& base_metrics,
                    const PassesOf& passes_of) {
  if (passes_of({metric + ".sum"}) == 1) return {metric + ".sum"};
  Metrics halves;
  for (const char* half : {"_sparsity_off", "_sparsity_on"}) {
    const bool exists =
        std::find(base_metrics.begin(), base_metrics.end(), metric + half) != base_metrics.end();
    halves.push_back(metric + half + ".sum");
    if (!exists || passes_of({halves.back()}) != 1) {
      throw std::runtime_error(metric + " does not fit into one pass");
    }
  }
  return halves;
}

void add_what_fits(Metrics& set, const Metrics& candidates, const PassesOf& passes_of) {
  for (const std::string& metric : candidates) {
    if (std::find(set.begin(), set.end(), metric) != set.end()) continue;
    set.push_back(metric);
    if (passes_of(set) != 1) set.pop_back();
  }
}

/// `counters` in as few sets as one that takes the first that fits needs; each set also holds
/// `always`.
std::vector<Metrics> packed(const Metrics& counters, const Metrics& always,
                            const PassesOf& passes_of) {
  std::vector<Metrics> sets;
  Metrics open = counters;
  while (!open.empty()) {
    Metrics set = always;
    add_what_fits(set, open, passes_of);
    if (set.size() == always.size()) {
      throw std::runtime_error(open.front() + " does not fit into one pass");
    }
    std::erase_if(open, [&](const std::string& metric) {
      return std::find(set.begin(), set.end(), metric) != set.end();
    });
    sets.push_back(std::move(set));
  }
  for (Metrics& set : sets) add_what_fits(set, counters, passes_of);
  return sets;
}

Metrics scalar_counters(const Metrics& base_metrics) {
  Metrics counters;
  for (const std::string& metric : base_metrics) {
    if (counter_of(metric) && !tensor_counter_name(metric)) counters.push_back(metric + ".sum");
  }
  return counters;
}

}  // namespace

Metrics tensor_counters(const Metrics& base_metrics, const PassesOf& passes_of) {
  std::vector<TensorCounter> all;
  for (const std::string& metric : base_metrics) {
    const auto name = tensor_counter_name(metric);
    if (name && name->sparsity.empty() && counter_of(metric)) all.push_back({metric, *name});
  }
  for (TensorCounter& counter : all) counter.divided = is_divided(counter, all, passes_of);
  Metrics counters;
  for (const TensorCounter& counter : all) {
    const bool counted_by_another =
        std::any_of(all.begin(), all.end(), [&](const TensorCounter& other) {
          return narrows(counter.name, other.name) && !other.divided;
        });
    if (counted_by_another || counter.divided) continue;
    const Metrics fitting = in_one_pass(counter.metric, base_metrics, passes_of);
    counters.insert(counters.end(), fitting.begin(), fitting.end());
  }
  std::sort(counters.begin(), counters.end(),
            [](const std::string& a, const std::string& b) { return place_of(a) < place_of(b); });
  return counters;
}

std::vector<CounterSet> covering_sets(const Metrics& base_metrics, const PassesOf& passes_of) {
  std::vector<CounterSet> sets;
  char letter = 'A';
  for (Metrics& metrics : packed(tensor_counters(base_metrics, passes_of), kTiming, passes_of)) {
    sets.push_back({.name = std::string(1, letter++), .metrics = std::move(metrics)});
  }
  // Alone, for with the timing they would need a second pass.
  const auto scalar = packed(scalar_counters(base_metrics), {}, passes_of);
  for (std::size_t i = 0; i < scalar.size(); ++i) {
    sets.push_back({.name = i == 0 ? "S" : fmt::format("S{}", i + 1), .metrics = scalar[i]});
  }
  return sets;
}

}  // namespace flopprof::counters
