#include "profiler/views/conv_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "profiler/views/conv_plot.h"

namespace flopprof::views {
namespace {

using testing::HasSubstr;

/// VGG-16's second convolution of 28x28 images, twice in the network, for 8 images.
ConvReport one_layer(const char* card) {
  ConvReport report;
  report.list = {.name = "a network", .source = "its paper", .is_network = true};
  report.list.layers = convolution::layers_of(
      "name,count,C,H,W,K,R,S,pad_h,pad_w\n512@28,2,512,28,28,512,3,3,1,1\n", 8);
  report.request.directions = {convolution::Direction::kForward};
  report.request.peaks = flops::peaks_of(card);
  report.rows = analyse(report.list.layers, report.request);
  return report;
}

template <typename Print>
std::string printed(Print print) {
  std::ostringstream out;
  print(out);
  return out.str();
}

TEST(ConvReport, InTextSaysWhereEveryFigureComesFrom) {
  const auto text = printed([](auto& out) { print_conv_text(out, one_layer("H100 SXM5"), 160); });
  EXPECT_EQ(
      text,
      "a network: its paper\n"
      "H100 SXM5, fp16: 989.4 TFLOP/s of tensor_fp16, dense (NVIDIA H100 white paper table "
      "3); 3.35 TB/s (NVIDIA H100 data sheet); compute bounds from 295 FLOP/byte\n"
      "Ratios are FLOPs executed over algorithmic ones: implicit GEMM with tiles of "
      "128x128x64, Winograd F(2x2,3x3) with its transforms, F(4x4,3x3) without.\n"
      "\n"
      "layer   N x C x H x W, K, R x S  count  direction  algorithmic  valid taps  implicit "
      "GEMM  Winograd 2x2  4x4 products  FLOP/byte  bound    TFLOP/s at most\n"
      "------  -----------------------  -----  ---------  -----------  ----------  "
      "-------------  ------------  ------------  ---------  -------  ---------------\n"
      "512@28  8x512x28x28 k512 3x3 p1      2  forward     29.6 GFLOP       0.953              "
      "1         0.446          0.25      1,685  compute              989\n"
      "\n"
      "sum      algorithmic  valid taps  implicit GEMM  algorithmic an image\n"
      "-------  -----------  ----------  -------------  --------------------\n"
      "forward   59.2 GFLOP  56.4 GFLOP     59.2 GFLOP            7.40 GFLOP\n");
}

TEST(ConvReport, InJsonHasEveryCountToItsLastDigit) {
  const auto json = nlohmann::json::parse(
      printed([](auto& out) { print_conv_json(out, one_layer("H100 SXM5")); }));
  const auto& row = json["rows"][0];
  EXPECT_EQ(row["algorithmic_flops"], 29'595'009'024);
  EXPECT_EQ(row["valid_tap_flops"], 28'202'500'096);
  EXPECT_EQ(row["implicit_gemm_flops"], 29'595'009'024);
  EXPECT_EQ(row["winograd_2x2_flops"], 13'153'337'344 + 55'967'744);
  EXPECT_EQ(row["compulsory_bytes"], 2 * (3'211'264 + 2'359'296 + 3'211'264));
  EXPECT_EQ(row["count"], 2);
  EXPECT_EQ(json["totals"][0]["algorithmic_flops"], 59'190'018'048);
  EXPECT_EQ(json["totals"][0]["algorithmic_flops_per_image"], 7'398'752'256);
  EXPECT_EQ(json["roofs"][0]["peak_source"], "NVIDIA H100 white paper table 3");
}

TEST(ConvReport, OfACardWithoutAFigureSaysThatThePeakIsUnknown) {
  ConvReport report = one_layer("V100 SXM2");
  report.request.formats = {convolution::kNumberFormats[1]};
  report.rows = analyse(report.list.layers, report.request);
  const auto text = printed([&](auto& out) { print_conv_text(out, report, 160); });
  EXPECT_THAT(text, HasSubstr("V100 SXM2, tf32: peak unknown of tensor_tf32; 0.9 TB/s"));
  EXPECT_THAT(text, HasSubstr("unknown                -\n"));
  EXPECT_FALSE(conv_plot(report));
}

TEST(ConvReport, InCsvIsOneRowALayerAndDirection) {
  const auto csv = printed([](auto& out) { print_conv_csv(out, one_layer("H100 SXM5")); });
  EXPECT_THAT(csv, HasSubstr("\r\n512@28,8x512x28x28 k512 3x3 p1,8,512,28,28,512,3,3,1,1,1,1,1,1,1,"
                             "28,28,2,forward,fp16,tensor_fp16,29595009024,28202500096,"));
}

TEST(ConvPlot, PutsEveryLayerUnderTheRoof) {
  const auto drawing = conv_plot(one_layer("H100 SXM5"));
  ASSERT_TRUE(drawing);
  ASSERT_EQ(drawing->discs.size(), 2u) << "and one in the legend";
  EXPECT_EQ(drawing->discs[0].tooltip,
            "512@28, 8x512x28x28 k512 3x3 p1, fp16: 1,685 FLOP/byte, at most 989 TFLOP/s");
}

}  // namespace
}  // namespace flopprof::views
