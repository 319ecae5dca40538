#include "profiler/calibration/contest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace flopprof::calibration {
namespace {

constexpr double kSameClock = 0.02;  ///< clocks that differ by no more are the same

/// Of at least one number.
double median_of(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

std::optional<int> median_clock(const std::vector<Turn>& turns,
                                std::optional<int> Turn::* clock_mhz) {
  std::vector<double> known;
  for (const Turn& turn : turns) {
    if (turn.*clock_mhz) known.push_back(*(turn.*clock_mhz));
  }
  if (known.empty()) return std::nullopt;
  return static_cast<int>(std::lround(median_of(known)));
}

void doubt_clocks(Contest& contest) {
  if (!contest.clock_mhz || !contest.library_clock_mhz) {
    contest.doubts.emplace_back("the clocks are not known");
    return;
  }
  const double own = *contest.clock_mhz;
  const double theirs = *contest.library_clock_mhz;
  if (std::abs(own - theirs) <= kSameClock * std::max(own, theirs)) return;
  contest.doubts.push_back(fmt::format("the clocks differ: {} MHz, and {} for the library",
                                       *contest.clock_mhz, *contest.library_clock_mhz));
}

}  // namespace

void settle(const std::vector<Turn>& turns, Contest& contest) {
  std::vector<double> own;
  std::vector<double> theirs;
  std::vector<double> ratios;
  for (const Turn& turn : turns) {
    own.push_back(turn.seconds);
    theirs.push_back(turn.library_seconds);
    ratios.push_back(turn.library_seconds / turn.seconds);
  }
  contest.seconds = median_of(own);
  contest.library_seconds = median_of(theirs);
  contest.ratio = median_of(ratios);
  contest.least_ratio = *std::ranges::min_element(ratios);
  contest.greatest_ratio = *std::ranges::max_element(ratios);
  contest.clock_mhz = median_clock(turns, &Turn::clock_mhz);
  contest.library_clock_mhz = median_clock(turns, &Turn::library_clock_mhz);
  doubt_clocks(contest);
}

void doubt_classes(const Workload& library, Contest& contest) {
  if (!library.counted) {
    contest.doubts.emplace_back("in which class the library made the product was not counted");
    return;
  }
  for (const auto& [flop_class, flops] : library.expected) {
    const auto counted = library.counted->find(flop_class);
    if (counted == library.counted->end() || counted->second >= flops) continue;
    contest.doubts.push_back(fmt::format("the library executed only {} of {} FLOP in {}",
                                         counted->second, flops, name_of(flop_class)));
  }
}

}  // namespace flopprof::calibration
