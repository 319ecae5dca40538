#include "profiler/counters/metric_split.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "profiler/counters/unit_equations.h"

namespace flopprof::counters {
namespace {

/// Equations that were not needed and hold: so many must speak for what equations say.
constexpr std::int64_t kEnoughChecks = 2;

/// Units of which it turned out that their launches differ: each is a unit of its own.
using Uneven = std::set<std::int32_t>;

/// The units of one attempt: those of the shape, but for the uneven ones.
class Units {
 public:
  Units(const SplitShape& shape, const Uneven& uneven) : shape_(shape), uneven_(uneven) {}

  std::size_t of(std::int64_t launch) {
    const std::int32_t unit = shape_.unit_of[static_cast<std::size_t>(launch)];
    const auto key = std::pair(unit, uneven_.contains(unit) ? launch : std::int64_t{-1});
    return numbers_.emplace(key, numbers_.size()).first->second;
  }
  std::size_t count() const { return numbers_.size(); }

 private:
  const SplitShape& shape_;
  const Uneven& uneven_;
  std::map<std::pair<std::int32_t, std::int64_t>, std::size_t> numbers_;
};

std::int32_t row_at(const SplitShape& shape, std::int64_t launch) {
  return shape.row_of[static_cast<std::size_t>(launch)];
}

template <typename Take>
void each_launch(const SplitShape& shape, const Stretch& stretch, Take take) {
  for (std::int64_t launch = stretch.first; launch < stretch.end; ++launch) {
    if (row_at(shape, launch) != SplitShape::kElsewhere) take(launch);
  }
}

std::set<std::int32_t> rows_in(const SplitShape& shape, const Stretch& stretch) {
  std::set<std::int32_t> rows;
  each_launch(shape, stretch, [&](std::int64_t launch) { rows.insert(row_at(shape, launch)); });
  return rows;
}

UnitEquation equation_of(const SplitShape& shape, const Stretch& stretch, Units& units) {
  std::map<std::size_t, std::int64_t> launches;
  each_launch(shape, stretch, [&](std::int64_t launch) { ++launches[units.of(launch)]; });
  UnitEquation equation{.terms = {}, .count = stretch.count};
  for (const auto& [unit, number] : launches)
    equation.terms.push_back({.unit = unit, .launches = number});
  return equation;
}

/// What counts nothing where it was counted leaves the other equations; answers one of those that
/// then have nothing left to count what they count.
std::optional<std::size_t> drop_zeros(std::vector<UnitEquation>& equations,
                                      std::vector<bool>& is_zero) {
  for (const UnitEquation& equation : equations) {
    if (equation.count != 0) continue;
    for (const auto& term : equation.terms) is_zero[term.unit] = true;
  }
  for (std::size_t i = 0; i < equations.size(); ++i) {
    std::erase_if(equations[i].terms, [&](const auto& term) { return is_zero[term.unit]; });
    if (equations[i].terms.empty() && equations[i].count != 0) return i;
  }
  return std::nullopt;
}

/// By launch, what it counts; nothing: not known.
using Counts = std::vector<std::optional<std::int64_t>>;

struct Attempt {
  Counts counts;
  std::optional<std::size_t> contradiction;  // a stretch
};

Attempt attempt(const SplitShape& shape, std::span<const Stretch> stretches, const Uneven& uneven) {
  Units units(shape, uneven);
  std::vector<UnitEquation> equations;
  for (const Stretch& stretch : stretches) equations.push_back(equation_of(shape, stretch, units));
  std::vector<bool> is_zero(units.count());
  Attempt result{.counts = Counts(shape.row_of.size()), .contradiction = std::nullopt};
  result.contradiction = drop_zeros(equations, is_zero);
  if (result.contradiction) return result;
  const UnitSolution solution = solved(equations, units.count());
  result.contradiction = solution.contradiction;
  if (result.contradiction) return result;
  for (const Stretch& stretch : stretches) {
    each_launch(shape, stretch, [&](std::int64_t launch) {
      const std::size_t unit = units.of(launch);
      auto& count = result.counts[static_cast<std::size_t>(launch)];
      if (is_zero[unit])
        count = 0;
      else if (solution.units[unit].checks >= kEnoughChecks)
        count = solution.units[unit].count;
    });
  }
  return result;
}

/// Takes the launches of a unit for equal until a stretch says that they are not.
Counts counts_by_equations(const SplitShape& shape, std::span<const Stretch> stretches) {
  constexpr int kMostAttempts = 16;
  Uneven uneven;
  for (int turn = 0; turn < kMostAttempts; ++turn) {
    Attempt result = attempt(shape, stretches, uneven);
    if (!result.contradiction) return std::move(result.counts);
    const std::size_t before = uneven.size();
    each_launch(shape, stretches[*result.contradiction], [&](std::int64_t launch) {
      uneven.insert(shape.unit_of[static_cast<std::size_t>(launch)]);
    });
    if (uneven.size() == before) break;
  }
  return Counts(shape.row_of.size());
}

/// What is left in a stretch when the launches that are known are taken out.
struct Left {
  std::map<std::int32_t, std::int64_t> launches;  // by row: those that are not known
  std::map<std::int32_t, std::int64_t> counts;    // by row: of those that are
  std::int64_t count = 0;
};

Left left_in(const SplitShape& shape, const Stretch& stretch, const Counts& counts) {
  Left left{.launches = {}, .counts = {}, .count = stretch.count};
  each_launch(shape, stretch, [&](std::int64_t launch) {
    const auto& count = counts[static_cast<std::size_t>(launch)];
    const std::int32_t row = row_at(shape, launch);
    if (!count) {
      ++left.launches[row];
      return;
    }
    left.counts[row] += *count;
    left.count -= *count;
  });
  return left;
}

MetricSplit::Rest rest_of(const SplitShape& shape, const Left& left) {
  if (left.launches.empty()) return {.op = {}, .kernel = {}, .phase = {}, .count = left.count};
  const SplitShape::Row& first = shape.rows[static_cast<std::size_t>(left.launches.begin()->first)];
  MetricSplit::Rest rest{
      .op = first.op, .kernel = first.kernel, .phase = first.phase, .count = left.count};
  for (const auto& [at, launches] : left.launches) {
    const SplitShape::Row& row = shape.rows[static_cast<std::size_t>(at)];
    if (rest.op != row.op) rest.op.reset();
    if (rest.kernel != row.kernel) rest.kernel.reset();
    if (rest.phase != row.phase) rest.phase.reset();
  }
  return rest;
}

void tell_mixed(const SplitShape& shape, const Left& left, MetricSplit& split) {
  const auto row_of = [&](std::int32_t row) -> MetricSplit::Row& {
    return split.rows[static_cast<std::size_t>(row)];
  };
  for (const auto& [row, count] : left.counts) {
    row_of(row).count += count;
    if (count > 0) row_of(row).solved = true;
  }
  if (left.count == 0) return;
  if (left.launches.size() == 1) {
    MetricSplit::Row& only = row_of(left.launches.begin()->first);
    only.count += left.count;
    only.solved = true;
    return;
  }
  split.rests.push_back(rest_of(shape, left));
  const MetricSplit::Rest& rest = split.rests.back();
  for (const auto& [row, launches] : left.launches) {
    if (!rest.kernel) row_of(row).untold_kernel += launches;
    if (!rest.op) row_of(row).untold_op += launches;
    if (!rest.phase) row_of(row).untold_phase += launches;
  }
}

}  // namespace

std::optional<std::vector<Stretch>> stretches_of(
    std::int64_t launches, std::int64_t total,
    const std::map<std::int64_t, std::int64_t>& prefixes) {
  std::vector<Stretch> stretches;
  std::int64_t first = 0;
  std::int64_t counted = 0;
  const auto add = [&](std::int64_t end, std::int64_t count) {
    stretches.push_back({.first = first, .end = end, .count = count - counted});
    first = end;
    counted = count;
  };
  for (const auto& [cut, count] : prefixes) {
    if (cut <= first || cut >= launches || count < counted) return std::nullopt;
    add(cut, count);
  }
  if (total < counted) return std::nullopt;
  add(launches, total);
  return stretches;
}

MetricSplit split_of(const SplitShape& shape, std::span<const Stretch> stretches) {
  MetricSplit split;
  split.rows.resize(shape.rows.size());
  for (const Stretch& stretch : stretches) {
    if (stretch.count == 0) continue;
    const auto rows = rows_in(shape, stretch);
    if (rows.size() == 1)
      split.rows[static_cast<std::size_t>(*rows.begin())].count += stretch.count;
    else
      split.mixed.push_back(stretch);
  }
  if (split.mixed.empty()) return split;
  std::vector<Stretch> own;  // the others have nothing to say
  for (const Stretch& stretch : stretches) {
    if (!rows_in(shape, stretch).empty()) own.push_back(stretch);
  }
  const Counts counts = counts_by_equations(shape, own);
  for (const Stretch& stretch : split.mixed)
    tell_mixed(shape, left_in(shape, stretch, counts), split);
  return split;
}

}  // namespace flopprof::counters
