#include "kernels/winograd.h"

#include <gmock/gmock.h>

#include "kernels/winograd_steps.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

using Transform = WinogradTransform<CountingArithmetic>;

TEST(WinogradTransform, DoesAsManyOperationsAsItsFormulaSays) {
  const double square[4][4] = {};
  const double filter[3][3] = {};
  double transformed[4][4];
  double results[2][2];
  Counted::reset();
  Transform::image(square, transformed);
  EXPECT_EQ(Counted::adds, 32);
  Counted::reset();
  Transform::filter(filter, transformed);
  EXPECT_EQ(Counted::adds, 7);
  EXPECT_EQ(Counted::multiplications, 7);
  EXPECT_EQ(Counted::fused, 14);
  Counted::reset();
  Transform::result(square, results);
  EXPECT_EQ(Counted::adds, 24);
  EXPECT_EQ(Counted::multiplications + Counted::fused, 0);
}

/// All four steps; answers the results.
template <class Arithmetic, class Number = typename Arithmetic::Number>
std::vector<Number> run(const Winograd& winograd, const std::vector<Number>& images,
                        const std::vector<Number>& filters) {
  const auto squares = static_cast<std::size_t>(squares_of(winograd));
  const auto c = static_cast<std::size_t>(winograd.c);
  const auto k = static_cast<std::size_t>(winograd.k);
  std::vector<Number> transformed(16 * squares * c);
  std::vector<Number> transforms(16 * c * k);
  std::vector<Number> products(16 * squares * k);
  const int results_of_all = winograd.n * out_h(winograd) * out_w(winograd) * winograd.k;
  std::vector<Number> results(static_cast<std::size_t>(results_of_all), Number(-1e30));
  const WinogradSteps<Arithmetic> steps(winograd, {.images = images.data(),
                                                   .filters = filters.data(),
                                                   .results = results.data(),
                                                   .squares = transformed.data(),
                                                   .transforms = transforms.data(),
                                                   .products = products.data()});
  for (int i = 0; i < steps.image_units(); ++i) steps.transform_image(i);
  for (int i = 0; i < steps.filter_units(); ++i) steps.transform_filter(i);
  for (int i = 0; i < steps.product_units(); ++i) steps.multiply(i);
  for (int i = 0; i < steps.result_units(); ++i) steps.transform_result(i);
  return results;
}

Convolution same_as(const Winograd& winograd) {
  return {.n = winograd.n,
          .h = winograd.h,
          .w = winograd.w,
          .c = winograd.c,
          .k = winograd.k,
          .r = 3,
          .s = 3,
          .pad_h = winograd.pad,
          .pad_w = winograd.pad};
}

const std::vector<Winograd> kWinograds = {{.n = 2, .h = 7, .w = 9, .c = 3, .k = 5, .pad = 1},
                                          {.n = 1, .h = 6, .w = 5, .c = 4, .k = 2, .pad = 0},
                                          {.n = 1, .h = 3, .w = 4, .c = 1, .k = 1, .pad = 2}};

TEST(Winograd, GivesTheConvolutionAndDoesWhatItsFormulaSays) {
  for (const Winograd& winograd : kWinograds) {
    const ConvolutionNumbers numbers = some_tensors(same_as(winograd));
    Counted::reset();
    const auto results = run<CountingArithmetic>(winograd, numbers.images, numbers.filters);
    EXPECT_EQ(Counted::flops(), work_of(winograd).flops);
    // Numbers of 8 bits, and halves of them: all is exact.
    EXPECT_EQ(results, convolved(same_as(winograd), Direction::kForward, numbers));
  }
}

TEST(Winograd, GivesTheConvolutionInSinglePrecision) {
  const Winograd& winograd = kWinograds.front();
  const ConvolutionNumbers numbers = some_tensors(same_as(winograd));
  const auto results = run<HostArithmetic<float>>(
      winograd, std::vector<float>(numbers.images.begin(), numbers.images.end()),
      std::vector<float>(numbers.filters.begin(), numbers.filters.end()));
  const auto expected = convolved(same_as(winograd), Direction::kForward, numbers);
  for (std::size_t i = 0; i < results.size(); ++i) ASSERT_NEAR(results[i], expected[i], 1e-4);
}

TEST(Winograd, ExecutesFewerFlopsThanTheConvolutionRequires) {
  const Winograd winograd{.n = 8, .h = 56, .w = 56, .c = 64, .k = 64, .pad = 1};
  // 6272 squares: 32·6272·64 + 42·64·64 + 32·6272·64·64 + 24·6272·64
  EXPECT_EQ(work_of(winograd).flops, 12'845'056 + 172'032 + 822'083'584 + 9'633'792);
  EXPECT_EQ(work_of(winograd).required_flops, 1'849'688'064);
}

}  // namespace
}  // namespace flopprof::kernels
