#include "profiler/views/trend_plot.h"

#include <gmock/gmock.h>

#include "profiler/to_accuracy/published.h"
#include "profiler/views/label_places.h"

namespace flopprof::views {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

to_accuracy::LevelTrend alexnet(const char* data) {
  return trend_of(dataset_of(*to_accuracy::shipped_data_set(data)), "AlexNet");
}

std::size_t discs_of(const Drawing& drawing, Ink ink) {
  return static_cast<std::size_t>(std::ranges::count(drawing.discs, ink, &Disc::ink));
}

TEST(TrendPlot, DrawsTheEnvelopeInColourAndTheOthersInGrey) {
  const TrendPlot plot = trend_plot(alexnet("table3"), "table3");
  EXPECT_EQ(discs_of(plot.drawing, Ink::kEnvelope), 6u + 1u) << "and one in the legend";
  EXPECT_EQ(discs_of(plot.drawing, Ink::kOtherPoint), 10u + 1u);
}

TEST(TrendPlot, NamesEveryPointAndNoWordsOverlap) {
  for (const char* data : {"table3", "openai"}) {
    const TrendPlot plot = trend_plot(alexnet(data), data);
    EXPECT_EQ(plot.names_left_out, 0u);
    const auto& labels = plot.drawing.labels;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_FALSE(overlap(box_of(labels[i]), box_of(labels[j])))
            << labels[i].text << " on " << labels[j].text;
      }
      EXPECT_GE(box_of(labels[i]).left, 0) << labels[i].text;
    }
  }
}

TEST(TrendPlot, SaysTheFactorAndTheHalvingTime) {
  const std::string svg = svg_of(trend_plot(alexnet("table3"), "Table 3").drawing);
  EXPECT_THAT(svg, HasSubstr("AlexNet level: 44x less training compute after 7.0 years"));
  EXPECT_THAT(svg, HasSubstr("halves every 15.8 months (95 % interval 13.3 to 19.5)"));
  EXPECT_THAT(svg, HasSubstr("16 points of Table 3"));
}

TEST(TrendPlot, DrawsOnePointWithoutATrend) {
  const to_accuracy::Dataset one{.rows = {{.levels = {"L"},
                                           .date = std::chrono::year(2012) / 6 / 1,
                                           .publication = "only",
                                           .compute = to_accuracy::printed_figure("3.1")}}};
  const std::string svg = svg_of(trend_plot(trend_of(one, "L"), "mine").drawing);
  EXPECT_THAT(svg, HasSubstr("no trend"));
  EXPECT_THAT(svg, HasSubstr("1 point of mine"));
  EXPECT_THAT(svg, HasSubstr(">only</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(TrendPlot, KeepsTheLinesWithinItsAxes) {
  to_accuracy::Dataset steep;
  for (const auto& [month, compute] :
       {std::pair(1u, "100"), {2u, "1.9"}, {3u, "1.8"}, {4u, "1.7"}}) {
    steep.rows.push_back({.levels = {"L"},
                          .date = std::chrono::year(2012) / std::chrono::month(month) / 1,
                          .publication = "net",
                          .compute = to_accuracy::printed_figure(compute)});
  }
  for (const Line& line : trend_plot(trend_of(steep, "L"), "mine").drawing.lines) {
    EXPECT_LE(line.y2, 545) << "the axis is at 540, with ticks of 5";
  }
}

TEST(TrendPlot, SaysThatTwoPointsHaveNoInterval) {
  const auto two = trend_of(dataset_of(*to_accuracy::shipped_data_set("openai")), "GNMT");
  EXPECT_THAT(svg_of(trend_plot(two, "openai").drawing),
              HasSubstr("halves every 3.7 months (two points: no interval)"));
}

TEST(SvgOf, EscapesWhatXmlWouldRead) {
  const Drawing drawing{.width = 9, .height = 9, .labels = {{.text = "a<b & \"c\"\x01>"}}};
  EXPECT_THAT(svg_of(drawing), HasSubstr("a&lt;b &amp; \"c\" &gt;"));
}

TEST(SvgOf, IsDarkOnDarkScreensAndLightInPrint) {
  const std::string svg = svg_of(Drawing{.width = 9, .height = 9});
  EXPECT_THAT(svg, HasSubstr(".sheet{fill:#ffffff}"));
  EXPECT_THAT(svg, HasSubstr("@media screen and (prefers-color-scheme:dark){.sheet{fill:#0d1117}"));
}

TEST(SvgOf, IsTheSameEveryTime) {
  EXPECT_EQ(svg_of(trend_plot(alexnet("table3"), "x").drawing),
            svg_of(trend_plot(alexnet("table3"), "x").drawing));
}

TEST(PngOf, IsAPngOfTwoPixelsAPoint) {
  const std::string png = png_of(Drawing{.width = 40, .height = 20});
  EXPECT_THAT(png, StartsWith("\x89PNG\r\n\x1A\n"));
  EXPECT_EQ(png.substr(16, 8), std::string("\0\0\0\x50\0\0\0\x28", 8)) << "80 by 40 in IHDR";
  EXPECT_EQ(png, png_of(Drawing{.width = 40, .height = 20}));
}

}  // namespace
}  // namespace flopprof::views
