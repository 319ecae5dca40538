#include "profiler/views/html_roofline.h"

#include <gtest/gtest.h>

#include <sstream>

namespace flopprof::views {
namespace {

Fields kernel(const std::string& name, Value executed, double seconds) {
  return {{"kernel", "kernel", Name{name}},
          {"kernel_seconds", "kernel time", Seconds{seconds}},
          {"executed_flops", "executed FLOPs", std::move(executed)}};
}

/// Half of the kernel time was traced. A kernel whose FLOPs are not known, and one without any.
Report two_kernels() {
  Report report;
  report.run.gpu = GpuTotal{.kernel_ns = 4'000'000'000, .traced_kernel_ns = 2'000'000'000};
  report.run.gpus = {{.name = "Example GPU"}};
  report.run.classes = {{.flop_class = "tensor_bf16", .executed_flops = Flops{1'000'000}},
                        {.flop_class = "fp64", .executed_flops = Flops{0}}};
  report.utilisation.devices = {
      {.by_class = {{"tensor_bf16", 1e12}, {"fp64", 5e11}}, .source = "data sheet: example"}};
  report.views = {{.by = By::kKernel,
                   .rows = {kernel("small<1>", Flops{200'000'000'000}, 0.2),
                            kernel("gemm", Flops{3'000'000'000'000}, 1.5),
                            kernel("unknown", Nothing{}, 0.2), kernel("copy", Flops{0}, 0.1)}}};
  return report;
}

std::string printed(const Report& report) {
  std::ostringstream out;
  print_html_roofline(out, report);
  return out.str();
}

TEST(HtmlRoofline, RatesAreFlopsOfAllStepsOverTheTimeOfAll) {
  const auto rates = kernel_rates(two_kernels());
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].kernel, "gemm");
  EXPECT_DOUBLE_EQ(rates[0].flops_per_second, 1e12);
  EXPECT_DOUBLE_EQ(rates[0].time_share, 0.75);
  EXPECT_DOUBLE_EQ(rates[1].flops_per_second, 5e11);
}

TEST(HtmlRoofline, HasThePeaksOfTheClassesThatWereExecuted) {
  const std::string html = printed(two_kernels());
  EXPECT_NE(html.find(">peak in tensor_bf16: 1.00 TFLOP/s<"), std::string::npos) << html;
  EXPECT_EQ(html.find("fp64"), std::string::npos);
  EXPECT_NE(html.find("title=\"small&#60;1&#62;: 500.0 GFLOP/s, 10.0 % of the time\""),
            std::string::npos)
      << html;
  EXPECT_NE(html.find("peaks: data sheet: example."), std::string::npos);
}

TEST(HtmlRoofline, IsAbsentWithoutARateAPeakOrAGpu) {
  Report no_rate = two_kernels();
  no_rate.views[0].rows = {kernel("unknown", Nothing{}, 0.2)};
  Report no_peak = two_kernels();
  no_peak.utilisation.devices = {{}};
  EXPECT_EQ(printed(no_rate), "");
  EXPECT_EQ(printed(no_peak), "");
  EXPECT_EQ(printed({}), "");
}

}  // namespace
}  // namespace flopprof::views
