#include "kernels/gemm.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "kernels/tensor_map.h"
#include "tests/kernels/gemm_machine.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

HostMatrix some_matrix(int rows, int columns, std::uint32_t seed) {
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  return {.numbers = bfloats(some_numbers<double>(count, seed)), .rows = rows, .columns = columns};
}

double at(const HostMatrix& matrix, int row, int column) {
  return single_of_bfloat(matrix.numbers[static_cast<std::size_t>(row * matrix.columns + column)]);
}

/// By the definition. Numbers of 8 bits: singles hold all sums exactly.
std::vector<std::uint16_t> expected(const HostMatrix& left, const HostMatrix& right) {
  std::vector<double> sums;
  for (int row = 0; row < left.rows; ++row) {
    for (int column = 0; column < right.rows; ++column) {
      double sum = 0;
      for (int i = 0; i < left.columns; ++i) sum += at(left, row, i) * at(right, column, i);
      sums.push_back(sum);
    }
  }
  return bfloats(sums);
}

void expect_the_reference(const Gemm& gemm, int clusters) {
  const HostMatrix left = some_matrix(gemm.m, gemm.k, 1);
  const HostMatrix right = some_matrix(gemm.n, gemm.k, 2);
  std::vector<std::string> problems;
  const HostMatrix made = multiplied_on_the_host(gemm, left, right, clusters, problems);
  EXPECT_THAT(problems, testing::IsEmpty());
  EXPECT_EQ(made.numbers, expected(left, right));
}

TEST(Gemm, GivesTheReferenceWhereStagesAreUsedAgain) {
  expect_the_reference({.m = 256, .n = 256, .k = 320}, 1);  // five steps, four stages
}

TEST(Gemm, GivesTheReferenceWhereTilesOverhang) {
  expect_the_reference({.m = 130, .n = 264, .k = 72}, 1);
}

TEST(Gemm, GivesTheReferenceWhereClustersShareTilesOut) {
  expect_the_reference({.m = 520, .n = 520, .k = 64}, 2);  // nine pairs: five and four
}

TEST(Gemm, GivesTheReferenceWhereAWholeTileOverhangs) {
  expect_the_reference({.m = 8, .n = 8, .k = 8}, 2);  // nothing is left for the second
}

TEST(Gemm, ExecutesWholeTiles) {
  const Work whole = work_of(Gemm{.m = 8192, .n = 8192, .k = 8192});
  EXPECT_EQ(whole.flops, 1'099'511'627'776);
  EXPECT_EQ(whole.required_flops, 1'099'511'627'776);
  EXPECT_EQ(whole.bytes, 402'653'184);
  EXPECT_EQ(whole.kind, FlopClass::kTensorBf16);
  const Work overhanging = work_of(Gemm{.m = 257, .n = 8, .k = 72});
  EXPECT_EQ(overhanging.flops, 33'554'432);  // 2 · 512 · 256 · 128
  EXPECT_EQ(overhanging.required_flops, 296'064);
}

TEST(Gemm, RefusesRowsThatBeginWhereTheGpuCannotLoad) {
  EXPECT_EQ(launch(Gemm{.m = 8, .n = 8, .k = 4}, nullptr, nullptr, nullptr, nullptr),
            cudaErrorInvalidValue);
  EXPECT_EQ(launch(Gemm{.m = 8, .n = 9, .k = 8}, nullptr, nullptr, nullptr, nullptr),
            cudaErrorInvalidValue);
  EXPECT_EQ(launch(Gemm{.m = 0, .n = 8, .k = 8}, nullptr, nullptr, nullptr, nullptr),
            cudaErrorInvalidValue);
}

TEST(Gemm, AnswersAnErrorWithoutADriver) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess) GTEST_SKIP() << "there is one";
  EXPECT_NE(launch(Gemm{.m = 8, .n = 8, .k = 8}, nullptr, nullptr, nullptr, nullptr), cudaSuccess);
  CUtensorMap map;
  EXPECT_NE(describe({.memory = &map, .rows = 8, .columns = 8, .box_rows = 8}, map), cudaSuccess);
}

TEST(GemmPlan, MakesEveryTileOnce) {
  for (const GemmGrid grid : {GemmGrid{32, 32, 1}, {1, 1, 1}, {8, 3, 1}, {9, 5, 1}, {15, 1, 1}}) {
    std::set<std::pair<int, int>> places;
    for (int pair = 0; pair < grid.pairs(); ++pair) {
      const GemmPlace place = place_of(grid, pair);
      EXPECT_EQ(place.row % 256, 0);
      EXPECT_EQ(place.column % 256, 0);
      EXPECT_LT(place.row, grid.pair_rows * 256);
      EXPECT_LT(place.column, grid.columns * 256);
      places.emplace(place.row, place.column);
    }
    EXPECT_EQ(places.size(), static_cast<std::size_t>(grid.pair_rows * grid.columns));
  }
}

TEST(GemmPlan, MakesNeighboursAtTheSameTime) {
  const GemmGrid grid = grid_of({.m = 8192, .n = 8192, .k = 8192});
  ASSERT_EQ(grid.pairs(), 1024);
  ASSERT_EQ(grid.steps, 128);
  for (int first = 0; first < grid.pairs(); first += 66) {  // as many as an H100 makes at a time
    std::set<int> rows;
    std::set<int> columns;
    for (int pair = first; pair < std::min(first + 66, grid.pairs()); ++pair) {
      rows.insert(place_of(grid, pair).row);
      columns.insert(place_of(grid, pair).column);
    }
    // A square of 66 is 8 high; where a band ends, the next one's begins.
    EXPECT_LE(rows.size(), 16U);
    EXPECT_LE(columns.size(), 18U);
  }
}

TEST(GemmPlan, FitsIntoTheSharedMemoryOfABlockOfHopper) {
  EXPECT_EQ(kGemmBarriersAt, 229'376U);          // 4 · 48 KiB, and 4 boxes of 8 KiB
  EXPECT_LE(kGemmSharedBytes + 1024, 232'448U);  // 227 KiB; 1024 to begin where boxes may
}

TEST(GemmPlan, DescribesMatricesAsWgmmaWantsIt) {
  EXPECT_EQ(gemm_descriptor(0x4000), 0x4000'0040'0001'0400U);
  EXPECT_EQ(gemm_descriptor(0x4000) + descriptor_step(3), 0x4000'0040'0001'0406U);
  EXPECT_EQ(gemm_descriptor(0x38000), 0x4000'0040'0001'3800U);
}

TEST(GemmPlan, StoresAColumnOfASquareIntoAllBanks) {
  for (int thread = 0; thread < 128; thread += 8) {
    std::set<std::uint32_t> chunks;
    for (int row = 0; row < 8; ++row) chunks.insert(stored_byte(thread + row, 0) / 16 % 8);
    EXPECT_EQ(chunks.size(), 8U);
  }
  EXPECT_EQ(stored_byte(0, 0), 0U);
  EXPECT_EQ(stored_byte(1, 0), 128U + 16U);  // row 1, whose chunk 0 is where 1 was
  EXPECT_EQ(stored_byte(8, 0), 8U * 128U);   // the lower half
  EXPECT_EQ(stored_byte(16, 0), 16U);        // the next eight columns
  EXPECT_EQ(stored_byte(32, 1), 16U * 128U + 32U);
}

TEST(GemmPlan, TurnsParityWhenAllStagesHaveBeenUsed) {
  GemmRing ring;
  for (int i = 0; i < 3; ++i) ring.advance();
  EXPECT_EQ(ring.stage, 3);
  EXPECT_EQ(ring.parity, 0U);
  ring.advance();
  EXPECT_EQ(ring.stage, 0);
  EXPECT_EQ(ring.parity, 1U);
  for (int i = 0; i < 4; ++i) ring.advance();
  EXPECT_EQ(ring.parity, 0U);
}

}  // namespace
}  // namespace flopprof::kernels
