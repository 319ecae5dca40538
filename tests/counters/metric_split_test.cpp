#include "profiler/counters/metric_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::counters {
namespace {

using testing::ElementsAre;

constexpr std::uint8_t kForward = 0;
constexpr std::uint8_t kBackward = 1;

/// Launches of kernels named by a letter, each by an operator of the same letter; a capital letter
/// launches in the backward phase. Identities differ by letter alone.
std::vector<OrderedLaunch> launches_of(std::string_view letters) {
  static const char* const kNames[] = {"a", "b", "c", "d"};
  std::vector<OrderedLaunch> launches;
  for (const char letter : letters) {
    const bool backward = letter < 'a';
    const char* name = kNames[letter - (backward ? 'A' : 'a')];
    launches.push_back({.identity = static_cast<std::uint64_t>(letter),
                        .device = 0,
                        .kernel = name,
                        .op = name,
                        .phase = backward ? kBackward : kForward});
  }
  return launches;
}

MetricSplit split(const SplitShape& shape, std::int64_t total,
                  const std::map<std::int64_t, std::int64_t>& prefixes) {
  const auto launches = static_cast<std::int64_t>(shape.row_of.size());
  const auto stretches = stretches_of(launches, total, prefixes);
  EXPECT_TRUE(stretches.has_value());
  return split_of(shape, *stretches);
}

TEST(Stretches, AreWhatWasCountedBetweenCuts) {
  const auto stretches = stretches_of(5, 100, {{2, 30}, {4, 30}});
  ASSERT_TRUE(stretches.has_value());
  ASSERT_EQ(stretches->size(), 3u);
  EXPECT_EQ((*stretches)[0].count, 30);
  EXPECT_EQ((*stretches)[1].count, 0);
  EXPECT_EQ((*stretches)[2].count, 70);
  EXPECT_EQ((*stretches)[2].first, 4);
  EXPECT_EQ((*stretches)[2].end, 5);
}

TEST(Stretches, ThatCountLessThanTheirPartsAreNone) {
  EXPECT_EQ(stretches_of(5, 100, {{2, 30}, {4, 29}}), std::nullopt);
  EXPECT_EQ(stretches_of(5, 20, {{2, 30}}), std::nullopt);
}

TEST(MetricSplit, TellsRowsApartThatWereCountedApart) {
  const SplitShape shape = shape_of(launches_of("abA"), 0);
  const MetricSplit told = split(shape, 60, {{1, 10}, {2, 30}});
  ASSERT_EQ(told.rows.size(), 3u);
  EXPECT_EQ(told.rows[0].count, 10);
  EXPECT_EQ(told.rows[1].count, 20);
  EXPECT_EQ(told.rows[2].count, 30);
  EXPECT_FALSE(told.rows[0].solved);
  EXPECT_TRUE(told.rests.empty());
  EXPECT_TRUE(told.mixed.empty());
}

TEST(MetricSplit, TellsWhatIsMixedByWhatItHasInCommon) {
  const SplitShape shape = shape_of(launches_of("abAB"), 0);
  const MetricSplit told = split(shape, 100, {{2, 30}});
  ASSERT_EQ(told.rests.size(), 2u);
  EXPECT_EQ(told.rests[0].count, 30);
  EXPECT_EQ(told.rests[0].phase, kForward);
  EXPECT_EQ(told.rests[0].kernel, std::nullopt);
  EXPECT_EQ(told.rests[1].count, 70);
  EXPECT_EQ(told.rests[1].phase, kBackward);
  EXPECT_EQ(told.rows[0].untold_kernel, 1);
  EXPECT_EQ(told.rows[0].untold_phase, 0);
  EXPECT_EQ(told.mixed.size(), 2u);
}

TEST(MetricSplit, TakesWhatCountsNothingOnceToCountNothingElsewhere) {
  const SplitShape shape = shape_of(launches_of("cabcabcab"), 0);
  // Between the first a and the second b and c count nothing: so of the next four, a b c a, only a
  // can.
  const MetricSplit told = split(shape, 30, {{1, 0}, {2, 10}, {4, 10}, {8, 30}});
  EXPECT_EQ(told.rows[1].count, 30);
  EXPECT_EQ(told.rows[0].count, 0);
  EXPECT_EQ(told.rows[2].count, 0);
}

TEST(MetricSplit, SolvesWhatEquationsDetermineAndOthersConfirm) {
  // Three times a b c d; a and b are told in the first, c and d of it are 30 together.
  const SplitShape shape = shape_of(launches_of("dabcdabcdabcd"), 0);
  const std::map<std::int64_t, std::int64_t> once = {{1, 4}, {2, 14}, {3, 34}};
  EXPECT_FALSE(split(shape, 4 + 3 * 64, once).rests.empty());
  // Four stretches of which one with four launches is the sum of others, and so is the last.
  const std::map<std::int64_t, std::int64_t> more = {{1, 4},  {2, 14}, {3, 34}, {4, 64},
                                                     {5, 68}, {7, 98}, {9, 132}};
  const MetricSplit told = split(shape, 196, more);
  EXPECT_EQ(told.rows[1].count, 30) << "a counts 10, three times";
  EXPECT_EQ(told.rows[2].count, 60) << "b counts 20";
  EXPECT_EQ(told.rows[3].count, 90) << "c counts 30";
  EXPECT_EQ(told.rows[0].count, 16) << "d counts 4, four times";
  EXPECT_TRUE(told.rows[1].solved);
  EXPECT_TRUE(told.rests.empty());
  EXPECT_FALSE(told.mixed.empty()) << "more cuts may still prove it wrong";
}

TEST(MetricSplit, TreatsLaunchesThatDifferEachByItself) {
  // The same a between the same two others counts 10, 10 and 50.
  const SplitShape shape = shape_of(launches_of("babababcb"), 0);
  const MetricSplit told = split(shape, 70, {{1, 0}, {2, 10}, {3, 10}, {4, 20}, {5, 20}, {6, 70}});
  EXPECT_EQ(told.rows[1].count, 70);
  EXPECT_TRUE(told.rests.empty());
}

TEST(MetricSplit, DoesNotSolveWithUnitsThatACutHasShownToDiffer) {
  // d counts 3, c 5 and a 10, but the third a counts 50.
  const SplitShape shape = shape_of(launches_of("dacdacdacdacd"), 0);
  const std::map<std::int64_t, std::int64_t> cuts = {{1, 3},  {2, 13}, {3, 18}, {4, 21},
                                                     {6, 36}, {7, 39}, {9, 94}};
  const MetricSplit told = split(shape, 115, cuts);
  EXPECT_EQ(told.rows[0].count, 9) << "d, where it was counted alone";
  EXPECT_EQ(told.rows[1].count, 10);
  EXPECT_EQ(told.rows[1].untold_kernel, 3);
  EXPECT_EQ(told.rows[2].count, 5);
  std::int64_t rest = 0;
  for (const MetricSplit::Rest& each : told.rests) rest += each.count;
  EXPECT_EQ(rest, 15 + 55 + 21);
}

TEST(MetricSplit, LeavesOtherDevicesOut) {
  std::vector<OrderedLaunch> launches = launches_of("aba");
  launches[1].device = 1;
  const SplitShape shape = shape_of(launches, 0);
  EXPECT_EQ(shape.rows.size(), 1u);
  const MetricSplit told = split(shape, 20, {});
  EXPECT_EQ(told.rows[0].count, 20);
  EXPECT_FALSE(told.rows[0].solved);
}

TEST(MetricSplit, DoesNotHideWorkThatNoLaunchIsKnownOf) {
  const SplitShape shape = shape_of(launches_of("a"), 1);
  const MetricSplit told = split(shape, 20, {});
  ASSERT_EQ(told.rests.size(), 1u);
  EXPECT_EQ(told.rests[0].count, 20);
  EXPECT_EQ(told.rests[0].kernel, std::nullopt);
}

TEST(NextCuts, AreFirstWherePhasesChange) {
  const SplitShape shape = shape_of(launches_of("ababababAB"), 0);
  const std::vector<Stretch> mixed = {{.first = 0, .end = 10, .count = 100}};
  const auto cuts = next_cuts(shape, mixed, 3);
  ASSERT_EQ(cuts.size(), 3u);
  EXPECT_EQ(cuts[0], 8);
}

TEST(NextCuts, HalveWhatCountsMostAndNeverCutWithinOneRow) {
  const SplitShape shape = shape_of(launches_of("aabbccddaaaaaaaa"), 0);
  const std::vector<Stretch> mixed = {{.first = 0, .end = 4, .count = 1},
                                      {.first = 4, .end = 8, .count = 1000}};
  EXPECT_THAT(next_cuts(shape, mixed, 10), ElementsAre(6, 2));
}

}  // namespace
}  // namespace flopprof::counters
