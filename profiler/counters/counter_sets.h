#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flopprof::counters {

/// Counters that the hardware of a chip counts together, in one pass: one sampled step gets one
/// set.
struct CounterSet {
  std::string name;  ///< A counts what training uses most; S the scalar instructions
  std::vector<std::string> metrics;  ///< with those that count no FLOPs: the time and the cycles
  bool operator==(const CounterSet&) const = default;
};

/// How many passes a chip needs to count `metrics` together.
using PassesOf = std::function<std::size_t(const std::vector<std::string>& metrics)>;

/// The metrics that together count every floating-point operation of the tensor cores once, what
/// training uses most first: the finest ones, because a sum of several needs the counters of all.
std::vector<std::string> tensor_counters(const std::vector<std::string>& base_metrics,
                                         const PassesOf& passes_of);

/// Sets of one pass each in which every floating-point counter among a chip's `base_metrics` stands
/// at least once. The first takes what training uses most; each later one begins with the first
/// counter that has no set yet. What still fits into a set is counted in it again: that tells
/// whether steps that look alike are alike. Throws std::runtime_error naming a counter that does
/// not fit into one pass.
std::vector<CounterSet> covering_sets(const std::vector<std::string>& base_metrics,
                                      const PassesOf& passes_of);

/// The lines of data/counter_sets.csv for `chip`: chip,set,metric,class,weight,passes.
std::string csv_lines(std::string_view chip, const std::vector<CounterSet>& sets,
                      const PassesOf& passes_of);
inline constexpr std::string_view kCounterSetsHeader = "chip,set,metric,class,weight,passes\n";

/// The sets of `chip`, as the profiler's host library names it, from data/counter_sets.csv; empty
/// for a chip that stands not in it.
std::vector<CounterSet> counter_sets_of(std::string_view chip);

/// The chips that data/counter_sets.csv is made for.
std::vector<std::string> chips_with_counter_sets();

}  // namespace flopprof::counters
