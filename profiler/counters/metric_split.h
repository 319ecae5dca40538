#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/record/step_order.h"

namespace flopprof::counters {

/// The launches of a step, as one device sees them.
struct SplitShape {
  /// What a report shows in one row.
  struct Row {
    std::string kernel;
    std::string op;
    std::uint8_t phase = 0;
    std::int64_t launches = 0;
  };
  static constexpr std::int32_t kElsewhere = -1;  ///< on another device
  std::vector<std::int32_t> row_of;               ///< by launch
  /// By launch: taken for equal where the same kernel is launched alike, by the same operator in
  /// the same phase, between the same two others.
  std::vector<std::int32_t> unit_of;
  std::vector<Row> rows;
  std::size_t units = 0;
};
SplitShape shape_of(std::span<const OrderedLaunch> launches, std::int64_t device);

/// The launches [first, end) of a step and what they count together.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t count = 0;
};

/// Between the cuts of a step of so many launches that counts `total`: `prefixes` are the counts up
/// to each of them. Nothing where they contradict each other.
std::optional<std::vector<Stretch>> stretches_of(
    std::int64_t launches, std::int64_t total,
    const std::map<std::int64_t, std::int64_t>& prefixes);

/// What one counter counts, told apart.
struct MetricSplit {
  struct Row {
    std::int64_t count = 0;          ///< of the launches that are told
    std::int64_t untold_kernel = 0;  ///< see ExecutedPart
    std::int64_t untold_op = 0;
    std::int64_t untold_phase = 0;
    bool solved = false;
  };
  /// What launches of several rows count together, and what those have in common.
  struct Rest {
    std::optional<std::string> op;
    std::optional<std::string> kernel;
    std::optional<std::uint8_t> phase;
    std::int64_t count = 0;
  };
  std::vector<Row> rows;  ///< as those of the shape
  std::vector<Rest> rests;
  std::vector<Stretch> mixed;  ///< in which several rows may count: a cut through them tells more
};
MetricSplit split_of(const SplitShape& shape, std::span<const Stretch> stretches);

/// Where to cut next, the most telling place first: where the phase changes, then through the
/// stretches that count most. At most `most` places.
std::vector<std::int64_t> next_cuts(const SplitShape& shape, std::span<const Stretch> mixed,
                                    std::size_t most);

}  // namespace flopprof::counters
