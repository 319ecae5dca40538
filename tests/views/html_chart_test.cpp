#include "profiler/views/html_chart.h"

#include <gtest/gtest.h>

#include <sstream>

#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

std::string printed(const HtmlChart& chart) {
  std::ostringstream out;
  print_html_chart(out, chart);
  return out.str();
}

HtmlChart two_places() {
  return {.title = "Time <per> step",
          .source = "host clock",
          .table = "steps-table",
          .places = {"step 0", "step 1"},
          .number = seconds_text,
          .series = {{.name = "wall time",
                      .ink = "wall",
                      .seen_as = "measured",
                      .points = {ChartPoint{1, 1, 1}, ChartPoint{2, 3, 4}},
                      .seen = {Seen::kAll, Seen::kExtrapolated}}}};
}

TEST(HtmlChart, LinesOfALinearAxisAreRound) {
  EXPECT_EQ(linear_ticks(4.3), (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(linear_ticks(1000), (std::vector<double>{0, 200, 400, 600, 800, 1000}));
}

TEST(HtmlChart, LinesOfALogarithmicAxisArePowersOfTenAndWhatStandsBetween) {
  EXPECT_EQ(logarithmic_ticks(1, 1e5), (std::vector<double>{1, 10, 100, 1000, 10000, 100000}));
  const auto few = logarithmic_ticks(0.9, 30);
  EXPECT_EQ(few, (std::vector<double>{1, 2, 5, 10, 20}));
}

TEST(HtmlChart, DrawsMediansAndTheEnvelopeAroundThem) {
  const std::string html = printed(two_places());
  // The axis goes to 4 x 1.08: 3 stands at 1 - 3 / 4.32 of a side of 1000.
  EXPECT_NE(html.find("class=\"line wall\" d=\"M250.0 768.5L750.0 305.6\""), std::string::npos)
      << html;
  EXPECT_NE(html.find("class=\"envelope wall\""), std::string::npos);
}

TEST(HtmlChart, NamesItsSourceAndWhichPlacesAreExtrapolated) {
  const std::string html = printed(two_places());
  EXPECT_NE(html.find("<span class=\"source\">host clock</span>"), std::string::npos);
  EXPECT_NE(html.find("d=\"M0.0 12V0H500.0V12ZM500.0 12V9H1000.0V12Z\""), std::string::npos)
      << html;
  EXPECT_NE(html.find("Time &#60;per&#62; step"), std::string::npos);
}

TEST(HtmlChart, ALineBreaksWhereAValueIsNotKnown) {
  HtmlChart chart = two_places();
  chart.places.push_back("step 2");
  chart.series[0].points.insert(chart.series[0].points.begin() + 1, std::nullopt);
  chart.series[0].seen.push_back(Seen::kUnknown);
  EXPECT_NE(printed(chart).find("class=\"line wall\" d=\"M166.7 768.5M833.3 305.6\""),
            std::string::npos)
      << printed(chart);
}

TEST(HtmlChart, WithoutAValueThereIsNone) {
  HtmlChart chart = two_places();
  chart.series[0].points = {std::nullopt, std::nullopt};
  EXPECT_EQ(printed(chart), "");
}

}  // namespace
}  // namespace flopprof::views
