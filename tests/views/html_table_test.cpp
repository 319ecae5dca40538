#include "profiler/views/html_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "profiler/views/html_text.h"

namespace flopprof::views {
namespace {

std::string printed(const HtmlTable& table) {
  std::ostringstream out;
  print_html_table(out, table);
  return out.str();
}

nlohmann::json data_of(const std::string& html) {
  const std::size_t from = html.find('{', html.find("-data\">"));
  return nlohmann::json::parse(html.substr(from, html.find("</script>", from) - from));
}

Fields row_of(const std::string& name, Flops flops) {
  return {{"kernel", "kernel", Name{name}},
          {"flops", "FLOPs", flops},
          {"share", "share", Share{0.25}},
          {"secret", "", Count{5}}};
}

TEST(HtmlText, IsNeitherMarkupNorCode) {
  EXPECT_EQ(html_of("</script>\"'&`\n\xff"), "&#60;/script&#62;&#34;&#39;&#38;&#96;\\n\\xff");
  EXPECT_EQ(script_string("</script><!--\"\\\x1b"), "\"\\u003c/script>\\u003c!--\\\"\\\\\\\\x1b\"");
  EXPECT_EQ(anchor_of("Executed against model"), "executed-against-model");
}

TEST(HtmlTable, HasTheColumnsThatPeopleSeeAndEveryDigit) {
  const auto flops = flops_from("18446744073709551618");
  const std::string html =
      printed({.id = "k", .caption = "By kernel", .rows = {row_of("a", *flops)}});
  EXPECT_NE(html.find("<caption id=\"k-caption\"><span>By kernel</span></caption>"),
            std::string::npos);
  EXPECT_NE(html.find("<td class=\"number\" title=\"18446744073709551618\">18.4 EFLOP</td>"),
            std::string::npos)
      << html;
  EXPECT_NE(html.find("style=\"--share-width:25.0%\">25.0 %</td>"), std::string::npos);
  const auto data = data_of(html);
  EXPECT_EQ(data["columns"].size(), 3U);
  EXPECT_EQ(data["columns"][1]["kind"], "number");
  EXPECT_EQ(data["rows"][0][1][0], "18446744073709551618");
  EXPECT_EQ(data["rows"][0][2], (nlohmann::json{"0.25", "25.0 %"}));
}

TEST(HtmlTable, AHostileNameIsOneCellOfText) {
  const std::string name = "</script><img src=x onerror=alert(1)>\"'\x1b[2J\xff";
  const std::string html = printed({.id = "k", .caption = name, .rows = {row_of(name, {})}});
  EXPECT_EQ(html.find("<img"), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_EQ(html.find("</script>"), html.rfind("</script>"));
  EXPECT_EQ(data_of(html)["rows"][0][0], "</script><img src=x onerror=alert(1)>\"'\\x1b[2J\\xff");
}

TEST(HtmlTable, FoldsALongName) {
  const std::string name(10'000, 'x');
  const std::string html = printed({.id = "k", .caption = "By kernel", .rows = {row_of(name, {})}});
  EXPECT_NE(html.find("<details><summary>" + std::string(49, 'x') + "…" + std::string(50, 'x') +
                      "</summary>" + name + "</details>"),
            std::string::npos);
}

TEST(HtmlTable, ManyLongNamesAreShortenedAndTheCaptionSaysSo) {
  HtmlTable table{.id = "k", .caption = "By kernel"};
  for (int i = 0; i < 10'000; ++i)
    table.rows.push_back(row_of(std::to_string(i) + std::string(200, 'x'), {}));
  const std::string html = printed(table);
  EXPECT_LT(html.size(), 2'500'000U);
  EXPECT_NE(html.find("names are shortened to 120 characters"), std::string::npos);
  EXPECT_EQ(data_of(html)["rows"].size(), 10'000U);
  EXPECT_NE(html.find("<noscript>The first 25 of 10,000 rows"), std::string::npos);
}

TEST(HtmlTable, WithoutRowsThereIsNone) {
  EXPECT_EQ(printed({.id = "k", .caption = "By kernel", .rows = {}}), "");
}

}  // namespace
}  // namespace flopprof::views
