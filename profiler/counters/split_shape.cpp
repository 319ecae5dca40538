// Where steps are cut, and into what.

#include <cstdlib>
#include <map>
#include <queue>
#include <string_view>
#include <tuple>
#include <utility>

#include "profiler/counters/metric_split.h"

namespace flopprof::counters {
namespace {

std::int32_t row_at(const SplitShape& shape, std::int64_t launch) {
  return shape.row_of[static_cast<std::size_t>(launch)];
}

bool phase_differs(const SplitShape& shape, std::int32_t a, std::int32_t b) {
  return shape.rows[static_cast<std::size_t>(a)].phase !=
         shape.rows[static_cast<std::size_t>(b)].phase;
}

struct Place {
  std::int64_t cut = 0;
  bool is_phase = false;
};

/// Where the phase changes, else the row, the nearest to the middle.
std::optional<Place> best_place(const SplitShape& shape, const Stretch& stretch) {
  const std::int64_t middle = (stretch.first + stretch.end) / 2;
  std::optional<Place> best;
  std::int32_t before = SplitShape::kElsewhere;
  for (std::int64_t launch = stretch.first; launch < stretch.end; ++launch) {
    const std::int32_t row = row_at(shape, launch);
    if (row == SplitShape::kElsewhere) continue;
    const std::int32_t last = std::exchange(before, row);
    if (last == SplitShape::kElsewhere || last == row) continue;
    const Place place{.cut = launch, .is_phase = phase_differs(shape, last, row)};
    const bool nearer = !best || std::abs(place.cut - middle) < std::abs(best->cut - middle);
    const bool better = !best || (place.is_phase != best->is_phase ? place.is_phase : nearer);
    if (better) best = place;
  }
  return best;
}

struct Candidate {
  Place place;
  Stretch stretch;
  bool operator<(const Candidate& other) const {
    return std::tuple(place.is_phase, stretch.count) <
           std::tuple(other.place.is_phase, other.stretch.count);
  }
};

}  // namespace

SplitShape shape_of(std::span<const OrderedLaunch> launches, std::int64_t device) {
  using Name = std::tuple<std::string_view, std::string_view, std::uint8_t>;
  SplitShape shape;
  std::map<Name, std::int32_t> rows;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int32_t>, std::int32_t>
      units;
  const auto identity = [&](std::size_t at) {
    return at < launches.size() ? launches[at].identity : 0;  // also of what is before the first
  };
  for (std::size_t at = 0; at < launches.size(); ++at) {
    const OrderedLaunch& launch = launches[at];
    shape.row_of.push_back(SplitShape::kElsewhere);
    shape.unit_of.push_back(SplitShape::kElsewhere);
    if (launch.device != device) continue;
    const auto [row, is_new] = rows.emplace(Name{launch.kernel, launch.op, launch.phase},
                                            static_cast<std::int32_t>(rows.size()));
    if (is_new)
      shape.rows.push_back({.kernel = launch.kernel, .op = launch.op, .phase = launch.phase});
    ++shape.rows[static_cast<std::size_t>(row->second)].launches;
    shape.row_of.back() = row->second;
    const auto unit =
        units.emplace(std::tuple(launch.identity, identity(at - 1), identity(at + 1), row->second),
                      static_cast<std::int32_t>(units.size()));
    shape.unit_of.back() = unit.first->second;
  }
  shape.units = units.size();
  return shape;
}

std::vector<std::int64_t> next_cuts(const SplitShape& shape, std::span<const Stretch> mixed,
                                    std::size_t most) {
  std::priority_queue<Candidate> candidates;
  const auto consider = [&](const Stretch& stretch) {
    if (const auto place = best_place(shape, stretch)) candidates.push({*place, stretch});
  };
  for (const Stretch& stretch : mixed) consider(stretch);
  std::vector<std::int64_t> cuts;
  while (cuts.size() < most && !candidates.empty()) {
    const auto [place, stretch] = candidates.top();
    candidates.pop();
    cuts.push_back(place.cut);
    // Nobody knows how much is on either side.
    consider({.first = stretch.first, .end = place.cut, .count = stretch.count / 2});
    consider({.first = place.cut, .end = stretch.end, .count = stretch.count / 2});
  }
  return cuts;
}

}  // namespace flopprof::counters
