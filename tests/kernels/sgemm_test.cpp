#include "kernels/sgemm.h"

#include <gmock/gmock.h>

#include "kernels/sgemm_tile.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

/// One block, as the kernel does it, its threads one after the other between two barriers.
template <class Arithmetic, class Number = typename Arithmetic::Number>
void run_block(const Sgemm& gemm, int row, int column, const std::vector<Number>& left,
               const std::vector<Number>& right, std::vector<Number>& product) {
  std::vector<SgemmThread<Arithmetic>> threads(kTileThreads);
  for (int i = 0; i < kTileThreads; ++i) {
    threads[static_cast<std::size_t>(i)].thread = i;
    threads[static_cast<std::size_t>(i)].row = row;
    threads[static_cast<std::size_t>(i)].column = column;
  }
  std::vector<SgemmTiles<Number>> tiles(2);
  const auto fetch_and_put = [&](int step) {
    for (auto& thread : threads) thread.fetch(gemm, left.data(), right.data(), step);
    for (auto& thread : threads) thread.put(tiles[static_cast<std::size_t>(step % 2)]);
  };
  fetch_and_put(0);
  for (int step = 0; step < gemm.k / kTileDeep; ++step) {
    for (auto& thread : threads) thread.multiply(tiles[static_cast<std::size_t>(step % 2)]);
    if ((step + 1) * kTileDeep < gemm.k) fetch_and_put(step + 1);
  }
  for (const auto& thread : threads) thread.store(gemm, product.data());
}

template <class Arithmetic, class Number = typename Arithmetic::Number>
std::vector<Number> run(const Sgemm& gemm, const std::vector<Number>& left,
                        const std::vector<Number>& right) {
  std::vector<Number> product(static_cast<std::size_t>(gemm.m * gemm.n), Number(-1e30));
  for (int row = 0; row < gemm.m; row += kTile) {
    for (int column = 0; column < gemm.n; column += kTile) {
      run_block<Arithmetic>(gemm, row, column, left, right, product);
    }
  }
  return product;
}

constexpr Sgemm kGemm{.m = 256, .n = 128, .k = 24};

TEST(Sgemm, GivesTheReferenceAndDoesWhatItsFormulaSays) {
  const auto left = some_numbers<double>(256 * 24, 1);
  const auto right = some_numbers<double>(24 * 128, 2);
  Counted::reset();
  const auto made = run<CountingArithmetic>(kGemm, left, right);
  EXPECT_EQ(made, product(kGemm, left, right));  // numbers of 8 bits: all sums are exact
  EXPECT_EQ(Counted::flops(), work_of(kGemm).flops);
  EXPECT_EQ(Counted::fused, 256 * 128 * 24);
}

TEST(Sgemm, GivesTheReferenceInSinglePrecision) {
  const auto left = some_numbers<double>(256 * 24, 3);
  const auto right = some_numbers<double>(24 * 128, 4);
  const auto made = run<HostArithmetic<float>>(kGemm, std::vector<float>(left.begin(), left.end()),
                                               std::vector<float>(right.begin(), right.end()));
  const auto expected = product(kGemm, left, right);
  for (std::size_t i = 0; i < made.size(); ++i) ASSERT_NEAR(made[i], expected[i], 1e-5);
}

TEST(Sgemm, CountsBeyond32Bits) {
  EXPECT_EQ(work_of(Sgemm{.m = 8192, .n = 8192, .k = 8192}).flops, 1'099'511'627'776);
  EXPECT_EQ(work_of(Sgemm{.m = 8192, .n = 8192, .k = 8192}).bytes, 805'306'368);
}

}  // namespace
}  // namespace flopprof::kernels
