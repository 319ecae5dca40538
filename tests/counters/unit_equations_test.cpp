#include "profiler/counters/unit_equations.h"

#include <gtest/gtest.h>

namespace flopprof::counters {
namespace {

using Equations = std::vector<UnitEquation>;

TEST(UnitEquations, DetermineWhatTheyDetermineAndNothingElse) {
  // 2 a + b = 25, a + 3 b = 25: a = 10, b = 5. c and d are always together.
  const Equations equations = {{.terms = {{0, 2}, {1, 1}}, .count = 25},
                               {.terms = {{0, 1}, {1, 3}}, .count = 25},
                               {.terms = {{2, 1}, {3, 1}}, .count = 8},
                               {.terms = {{2, 2}, {3, 2}}, .count = 16}};
  const UnitSolution solution = solved(equations, 5);
  EXPECT_EQ(solution.contradiction, std::nullopt);
  EXPECT_EQ(solution.units[0].count, 10);
  EXPECT_EQ(solution.units[1].count, 5);
  EXPECT_EQ(solution.units[2].count, std::nullopt);
  EXPECT_EQ(solution.units[3].count, std::nullopt);
  EXPECT_EQ(solution.units[4].count, std::nullopt) << "stands in no equation";
}

TEST(UnitEquations, SayHowManyOfThemWereNotNeeded) {
  const Equations equations = {{.terms = {{0, 1}}, .count = 7},
                               {.terms = {{0, 3}}, .count = 21},
                               {.terms = {{0, 5}}, .count = 35},
                               {.terms = {{1, 1}}, .count = 1}};
  const UnitSolution solution = solved(equations, 2);
  EXPECT_EQ(solution.units[0].checks, 2);
  EXPECT_EQ(solution.units[1].checks, 0);
}

TEST(UnitEquations, NameTheOneThatContradictsTheShorterOnes) {
  const Equations equations = {{.terms = {{0, 2}}, .count = 21},
                               {.terms = {{0, 1}}, .count = 10},
                               {.terms = {{1, 1}}, .count = 3}};
  const UnitSolution solution = solved(equations, 2);
  EXPECT_EQ(solution.contradiction, 0u);
  EXPECT_EQ(solution.units[1].count, std::nullopt);
}

TEST(UnitEquations, AllowNeitherFractionsNorLessThanNothing) {
  const Equations half = {{.terms = {{0, 2}}, .count = 21}};
  EXPECT_EQ(solved(half, 1).contradiction, 0u);
  const Equations negative = {{.terms = {{0, 1}}, .count = 9},
                              {.terms = {{0, 1}, {1, 1}}, .count = 4}};
  EXPECT_EQ(solved(negative, 2).contradiction, 1u);
}

TEST(UnitEquations, AreExactBeyondWhatDoublesHold) {
  const std::int64_t much = 1'000'000'000'000'000'003;  // more than 2^53
  const Equations equations = {{.terms = {{0, 1}}, .count = much},
                               {.terms = {{0, 1}, {1, 1}}, .count = much + 1}};
  const UnitSolution solution = solved(equations, 2);
  EXPECT_EQ(solution.units[0].count, much);
  EXPECT_EQ(solution.units[1].count, 1);
}

TEST(UnitEquations, OfTooManyUnitsThatHangTogetherAreLeftAlone) {
  const Equations equations = {{.terms = {{0, 1}, {1, 1}}, .count = 3},
                               {.terms = {{0, 1}}, .count = 1}};
  EXPECT_EQ(solved(equations, 2, 1).units[0].count, std::nullopt);
  EXPECT_EQ(solved(equations, 2, 2).units[1].count, 2);
}

}  // namespace
}  // namespace flopprof::counters
