#include "profiler/counters/class_split.h"

#include <algorithm>
#include <limits>
#include <set>

#include "profiler/counters/counter.h"
#include "profiler/record/phase.h"

namespace flopprof::counters {
namespace {

std::string phase_name(std::uint8_t phase) {
  return std::string(name_of(phase < kPhases ? static_cast<Phase>(phase) : Phase::kOther));
}

/// Rests of several stretches may have the same in common.
void add_rest(std::vector<ExecutedPart>& rests, ExecutedPart rest) {
  const auto same = [&](const ExecutedPart& each) {
    return each.kernel == rest.kernel && each.op == rest.op && each.phase == rest.phase;
  };
  const auto known = std::find_if(rests.begin(), rests.end(), same);
  if (known == rests.end())
    rests.push_back(std::move(rest));
  else
    known->flops += rest.flops;
}

}  // namespace

ClassSplits::ClassSplits(std::int64_t device, const SplitShape& shape,
                         const std::vector<CounterSet>& sets)
    : device_(device), shape_(shape) {
  std::set<std::string> metrics;
  for (const CounterSet& set : sets) metrics.insert(set.metrics.begin(), set.metrics.end());
  for (const std::string& metric : metrics) {
    if (const auto counter = counter_of(metric)) ++classes_[counter->flop_class].missing;
  }
}

ExecutedPart ClassSplits::part_of(FlopClass flop_class) const {
  return {.device = device_, .flop_class = flop_class, .kernel = {}, .op = {}, .phase = {}};
}

ClassSplits::Class& ClassSplits::with_rows(FlopClass flop_class) {
  Class& result = classes_[flop_class];
  if (!result.rows.empty()) return result;
  for (const SplitShape::Row& row : shape_.rows) {
    ExecutedPart part = part_of(flop_class);
    part.kernel = row.kernel;
    part.op = row.op;
    part.phase = phase_name(row.phase);
    part.launches = row.launches;
    result.rows.push_back(std::move(part));
  }
  return result;
}

void ClassSplits::add(const std::string& metric, std::int64_t total, const MetricSplit& split,
                      std::int64_t cuts) {
  const auto counter = counter_of(metric);
  if (!counter) return;
  Class& to = with_rows(counter->flop_class);
  --to.missing;
  to.flops += static_cast<unsigned __int128>(total) * static_cast<std::uint64_t>(counter->weight);
  to.cuts = std::max(to.cuts, cuts);
  for (std::size_t i = 0; i < split.rows.size(); ++i) {
    const MetricSplit::Row& row = split.rows[i];
    ExecutedPart& part = to.rows[i];
    part.flops += row.count * counter->weight;
    part.untold_kernel = std::max(part.untold_kernel, row.untold_kernel);
    part.untold_op = std::max(part.untold_op, row.untold_op);
    part.untold_phase = std::max(part.untold_phase, row.untold_phase);
    part.solved = part.solved || row.solved;
  }
  for (const MetricSplit::Rest& rest : split.rests) {
    ExecutedPart part = part_of(counter->flop_class);
    part.kernel = rest.kernel;
    part.op = rest.op;
    part.phase = rest.phase ? phase_name(*rest.phase) : "";
    part.flops = rest.count * counter->weight;
    add_rest(to.rests, std::move(part));
  }
}

void ClassSplits::tell(ExecutedSplit& into) const {
  constexpr auto kMost = static_cast<unsigned __int128>(std::numeric_limits<std::int64_t>::max());
  for (const auto& [flop_class, split] : classes_) {
    if (split.missing > 0 || split.flops > kMost) continue;
    into.classes.push_back({.device = device_,
                            .flop_class = flop_class,
                            .flops = static_cast<std::int64_t>(split.flops),
                            .cuts = split.cuts});
    if (split.flops == 0) continue;
    into.parts.insert(into.parts.end(), split.rows.begin(), split.rows.end());
    into.parts.insert(into.parts.end(), split.rests.begin(), split.rests.end());
  }
}

}  // namespace flopprof::counters
