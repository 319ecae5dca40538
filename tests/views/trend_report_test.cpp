#include "profiler/views/trend_report.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "profiler/to_accuracy/published.h"
#include "profiler/views/trend_plot.h"

namespace flopprof::views {
namespace {

using testing::HasSubstr;

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_GOLDEN) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TrendReport audited(const char* data) {
  const auto dataset = dataset_of(*to_accuracy::shipped_data_set(data));
  return {.source = data, .levels = trends_of(dataset), .audit = audit_of(dataset)};
}

TrendReport of_rows(std::vector<to_accuracy::DatasetRow> rows) {
  return {.source = "rows", .levels = trends_of(to_accuracy::Dataset{.rows = std::move(rows)})};
}

to_accuracy::DatasetRow row(int year, const char* compute) {
  return {.number = 1,
          .levels = {"a|b, \"c\""},
          .date = std::chrono::year(year) / 6 / 1,
          .publication = "net",
          .compute = to_accuracy::printed_figure(compute)};
}

TEST(TrendReport, IsInEveryFormatWhatWasReadAndApproved) {
  EXPECT_EQ(trend_text(audited("openai")), golden("trend_openai.txt"));
  EXPECT_EQ(trend_markdown(audited("openai")), golden("trend_openai.md"));
  EXPECT_EQ(trend_csv(audited("openai")), golden("trend_openai_audit.csv"));
  EXPECT_EQ(trend_json(audited("table3")), golden("trend_table3.json"));
  EXPECT_EQ(svg_of(trend_plot(audited("table3").levels.at(0), "table3").drawing),
            golden("trend_table3.svg"));
}

TEST(TrendJson, HasTheKeysOfTheContract) {
  const auto json = nlohmann::json::parse(trend_json(audited("openai")));
  const auto& alexnet = json["levels"][0];
  EXPECT_EQ(alexnet["level"], "AlexNet");
  EXPECT_EQ(alexnet["points"], 6);
  EXPECT_EQ(alexnet["low_envelope"], 6);
  EXPECT_EQ(alexnet["reduction_factor"], 44.9275);
  EXPECT_EQ(alexnet["halving_months"], 15.6837);
  EXPECT_EQ(alexnet["halving_months_ci95"], (nlohmann::json{13.2182, 19.2798}));
  EXPECT_EQ(alexnet["r_squared"], 0.982268);
  EXPECT_EQ(alexnet["end_point_months"], 15.2734);
  EXPECT_EQ(alexnet["moore_factor"], 11.2628);
  const auto& first = json["audit"][0];
  EXPECT_EQ(first["row"], 2);
  EXPECT_EQ(first["printed"], "0.71");
  EXPECT_EQ(first["expected"], "0.533");
  EXPECT_TRUE(first["problem"].is_string());
}

TEST(TrendJson, HasNullWhereThereIsNoFitAndNoAudit) {
  const auto json = nlohmann::json::parse(trend_json(of_rows({row(2012, "3.1")})));
  const auto& level = json["levels"][0];
  for (const char* key :
       {"halving_months", "halving_months_ci95", "r_squared", "end_point_months"}) {
    EXPECT_TRUE(level[key].is_null()) << key;
  }
  EXPECT_EQ(level["note"], "no fit: one point on the low envelope");
  EXPECT_EQ(json["audit"], nlohmann::json::array());
}

TEST(TrendText, SaysThatOnePointHasNoFit) {
  EXPECT_THAT(trend_text(of_rows({row(2012, "3.1")})),
              HasSubstr("no fit: one point on the low envelope, a halving time needs two"));
}

TEST(TrendText, SaysThatTwoPointsHaveNoInterval) {
  EXPECT_THAT(trend_text(of_rows({row(2012, "4"), row(2016, "1")})),
              HasSubstr("24.00 months (two points: the line meets both, no interval)"));
}

TEST(TrendCsv, QuotesALevelAndLeavesBlankWhatIsNotKnown) {
  EXPECT_EQ(trend_csv(of_rows({row(2012, "4"), row(2016, "1")})),
            "level,points,low_envelope,reduction_factor,halving_months,halving_months_ci95_from,"
            "halving_months_ci95_until,r_squared,end_point_months,moore_factor\n"
            "\"a|b, \"\"c\"\"\",2,2,4,24,,,,24,4\n");
}

TEST(TrendMarkdown, EscapesTheBarOfALevel) {
  EXPECT_THAT(trend_markdown(of_rows({row(2012, "4")})), HasSubstr("| a\\|b, \"c\" | 1 | 1 |"));
}

}  // namespace
}  // namespace flopprof::views
