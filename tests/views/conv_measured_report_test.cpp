#include "profiler/views/conv_measured_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace flopprof::views {
namespace {

using convolution::CountSource;
using convolution::Measured;
using testing::HasSubstr;

/// A Winograd engine that executes half of what is published, in a millisecond.
ConvMeasuredReport one_row() {
  ConvMeasuredReport report;
  report.list = {.name = "a list", .source = "its paper"};
  report.list.layers =
      convolution::layers_of("N,C,H,W,K,R,S,pad_h,pad_w\n8,512,28,28,512,3,3,1,1\n", 8);
  report.device = "NVIDIA H100 80GB HBM3";
  report.peaks = flops::peaks_of(report.device);
  report.formats = {convolution::kNumberFormats[0]};
  Measured row;
  row.analysis =
      convolution::analyse(report.list.layers, {.directions = {convolution::Direction::kForward},
                                                .formats = report.formats,
                                                .peaks = report.peaks})[0];
  row.engine = "cuDNN 12";
  row.layout = "NCHW";
  row.notes = {"winograd", "winograd_tile_4x4"};
  row.workspace_limit = 8 << 20;
  row.workspace_bytes = 409'856;
  row.warm = {
      .median = 1e-3, .least = 0.9e-3, .greatest = 2e-3, .spread = 0.05, .clock_hz = 1.98e9};
  row.cold = {.median = 1.5e-3, .least = 1.4e-3};
  row.executed = {.source = CountSource::kCounted,
                  .by_class = {{FlopClass::kFp32, {13'380'000'000}}}};
  row.footprint = {.kernels = 4, .dram_bytes_read = 9'830'400};
  report.rows = {row};
  return report;
}

template <typename Print>
std::string printed(Print print) {
  std::ostringstream out;
  print(out);
  return out.str();
}

TEST(ConvMeasuredReport, SaysRatesByAlgorithmicAndByExecutedFlops) {
  const auto json =
      nlohmann::json::parse(printed([](auto& out) { print_conv_measured_json(out, one_row()); }));
  const auto& row = json["rows"][0];
  EXPECT_EQ(row["executed_flops"], 13'380'000'000);
  EXPECT_EQ(row["executed_flops_source"], "counted");
  EXPECT_EQ(row["fp32"], 13'380'000'000);
  EXPECT_EQ(row["tensor_bf16"], nullptr);
  EXPECT_DOUBLE_EQ(row["effective_teraflops_per_second"], 29.595009024);
  EXPECT_DOUBLE_EQ(row["executed_teraflops_per_second"], 13.38);
  EXPECT_DOUBLE_EQ(row["executed_share_of_peak"], 0.2);
  EXPECT_EQ(row["notes"], "winograd winograd_tile_4x4");
  EXPECT_EQ(row["workspace_limit_bytes"], 8 << 20);
  EXPECT_DOUBLE_EQ(row["warm_seconds_median"], 1e-3);
  EXPECT_DOUBLE_EQ(row["cold_seconds_min"], 1.4e-3);
  EXPECT_DOUBLE_EQ(row["clock_mhz"], 1980);
  EXPECT_EQ(row["kernels_launched"], 4);
  EXPECT_EQ(row["dram_bytes_read"], 9'830'400);
  EXPECT_EQ(row["dram_bytes_written"], nullptr);
  EXPECT_EQ(json["card"], "H100 SXM5");
}

TEST(ConvMeasuredReport, OfAnUnknownCardHasTimesAndNoShare) {
  ConvMeasuredReport report = one_row();
  report.device = "GeForce 256";
  report.peaks.reset();
  const auto text = printed([&](auto& out) { print_conv_measured_text(out, report, 200); });
  EXPECT_THAT(text, HasSubstr("a list on GeForce 256\nfp32: peak unknown\n"));
  EXPECT_THAT(text, HasSubstr("cuDNN 12"));
  EXPECT_FALSE(conv_measured_plot(report));
}

TEST(ConvMeasuredReport, WithoutACountHasNoExecutedRate) {
  ConvMeasuredReport report = one_row();
  report.rows[0].executed = {};
  report.rows[0].problem = "not counted: denied";
  const auto json =
      nlohmann::json::parse(printed([&](auto& out) { print_conv_measured_json(out, report); }));
  EXPECT_EQ(json["rows"][0]["executed_flops"], nullptr);
  EXPECT_EQ(json["rows"][0]["executed_share_of_peak"], nullptr);
  EXPECT_EQ(json["rows"][0]["problem"], "not counted: denied");
  EXPECT_THAT(printed([&](auto& out) { print_conv_measured_csv(out, report); }),
              HasSubstr(",not counted: denied\r\n"));
}

TEST(ConvMeasuredPlot, DrawsExecutedInColourAndEffectiveInGrey) {
  const auto drawing = conv_measured_plot(one_row());
  ASSERT_TRUE(drawing);
  ASSERT_EQ(drawing->discs.size(), 2u + 2u) << "and two in the legend";
  EXPECT_EQ(drawing->discs[0].tooltip,
            "8x512x28x28 k512 3x3 p1, forward, fp32, cuDNN 12: 29.6 TFLOP/s effective");
  EXPECT_EQ(drawing->discs[1].ink, Ink::kEnvelope);
  EXPECT_LT(drawing->discs[0].y, drawing->discs[1].y) << "effective lies above executed";
}

}  // namespace
}  // namespace flopprof::views
