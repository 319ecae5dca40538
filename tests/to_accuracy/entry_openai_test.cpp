#include "profiler/to_accuracy/entry_openai.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

/// Multiply-adds of one image x 3 x 1.28e6 images x epochs, a multiply-add as two.
EntryNumbers nominal(double macs, double epochs) {
  return {.flops = Flops::of(2 * macs * 3 * 1.28e6 * epochs), .convention = Convention::kMac};
}

EntryWords words(const std::string& publication) {
  return {.level = "AlexNet",
          .publication = publication,
          .link = "https://arxiv.org/abs/1905.11946",
          .date = year(2019) / month(5) / day(28),
          .analysis = "AI and Efficiency"};
}

constexpr std::string_view kFile =
    "Metric,Publication Date,Publication,Publication link,Compute (teraflops-s/days),Reduction "
    "Factor,Analysis,Analysis link\r\n"
    "AlexNet,6/1/2012,AlexNet,,3.1,1,AI and Efficiency,\r\n"
    "AlexNet,6/30/2018,ShuffleNet v2 (1x),,0.12,25,AI and Efficiency,\r\n"
    "GNMT,1/26/2016,GNMT,,0.01,1,AI and Efficiency,";

TEST(OpenaiRow, IsTheFilesOwnRow) {
  EXPECT_EQ(openai_row(words("EfficientNet (b0)"), nominal(0.39e9, 4)),
            "AlexNet,5/28/2019,EfficientNet (b0),https://arxiv.org/abs/1905.11946,0.069,44,AI and "
            "Efficiency,");
}

TEST(OpenaiRow, TakesTheFactorFromUnroundedValues) {
  EXPECT_THAT(openai_row(words("a"), nominal(0.77e9, 90)), testing::HasSubstr(",3.1,1,"));
  EXPECT_THAT(openai_row(words("a"), nominal(2.00e9, 8)), testing::HasSubstr(",0.71,4.3,"));
  EXPECT_THAT(openai_row(words("a"), nominal(0.568e9, 11)), testing::HasSubstr(",0.28,11,"));
  EXPECT_THAT(openai_row(words("a"), nominal(0.14e9, 24)), testing::HasSubstr(",0.15,21,"));
  EXPECT_THAT(openai_row(words("a"), nominal(0.14e9, 20)), testing::HasSubstr(",0.12,25,"));
}

TEST(OpenaiRow, CountsAMultiplyAddAsTwoForTranslation) {
  EntryWords translation = words("Transformer (Big)");
  translation.level = "GNMT";
  EXPECT_THAT(openai_row(translation,
                         {.flops = {15640000000000000000ULL}, .convention = Convention::kFlop}),
              testing::HasSubstr(",181,9,"));
}

TEST(OpenaiRow, RefusesWordsThatWouldNeedQuotes) {
  EXPECT_THROW(openai_row(words("Attention, is all"), nominal(1e9, 1)), EntryError);
  EXPECT_THROW(openai_row(words("say \"x\""), nominal(1e9, 1)), EntryError);
}

TEST(ReadmeRow, IsARowOfTheRepositorysTable) {
  EXPECT_EQ(
      readme_row(words("EfficientNet"), nominal(0.39e9, 4)),
      "| [EfficientNet](https://arxiv.org/abs/1905.11946)|0.069|44|AI and Efficiency| 5/28/2019|");
}

TEST(LowEnvelope, IsTheLowestOfTheLevelUpToTheDate) {
  EXPECT_EQ(low_envelope(kFile, "AlexNet", year(2019) / month(1) / day(1))->tfs_days, 0.12);
  EXPECT_EQ(low_envelope(kFile, "AlexNet", year(2018) / month(6) / day(29))->publication,
            "AlexNet");
  EXPECT_FALSE(low_envelope(kFile, "AlexNet", year(2011) / month(1) / day(1)));
}

TEST(LowEnvelope, RefusesADateThatDoesNotExist) {
  EXPECT_THROW(
      low_envelope("h\r\nAlexNet,2/30/2014,a,,1,1,,", "AlexNet", year(2019) / month(1) / day(1)),
      EntryError);
}

TEST(IsStateOfTheArt, OnlyBelowTheEnvelopeAndOnlyMeasured) {
  const auto envelope = low_envelope(kFile, "AlexNet", year(2019) / month(5) / day(28));
  EXPECT_TRUE(is_state_of_the_art(nominal(0.39e9, 4), envelope));
  EXPECT_FALSE(is_state_of_the_art(nominal(0.14e9, 20), envelope));
  EntryNumbers estimate = nominal(0.39e9, 4);
  estimate.nominal = true;
  EXPECT_FALSE(is_state_of_the_art(estimate, envelope));
}

TEST(TwoDigits, RoundsAsTheFileDoes) {
  EXPECT_EQ(two_digits(0.06933), "0.069");
  EXPECT_EQ(two_digits(44.42), "44");
  EXPECT_EQ(two_digits(8.0), "8");
  EXPECT_EQ(two_digits(8.95222), "9");
  EXPECT_EQ(two_digits(462.96), "463");
  EXPECT_EQ(two_digits(1620.37), "1620");
  EXPECT_EQ(two_digits(9.96), "10");
  EXPECT_EQ(two_digits(0.0000231), "0.000023");
}

TEST(ParseDate, RefusesDatesThatDoNotExist) {
  EXPECT_EQ(openai_date(parse_date("2018-06-03")), "6/3/2018");
  EXPECT_THROW(parse_date("2018-02-30"), EntryError);
  EXPECT_THROW(parse_date("2018-13-01"), EntryError);
  EXPECT_THROW(parse_date("6/30/2018"), EntryError);
}

TargetResult reached(double accuracy, double target) {
  TargetResult result{.reached = true, .target = target, .accuracy = accuracy};
  result.work = WorkToStep{.flops = {1}};
  return result;
}

TEST(CheckLevel, RefusesWhatDoesNotProveTheLevel) {
  const Level& alexnet = level_named("AlexNet");
  EXPECT_NO_THROW(check_level(alexnet, "top5", {reached(79.2, 79.1)}));
  EXPECT_NO_THROW(check_level(alexnet, "top5", {reached(79.066, 79.066)}));
  EXPECT_THROW(check_level(alexnet, "top1", {reached(79.2, 79.1)}), EntryError);
  EXPECT_THROW(check_level(alexnet, "top5", {reached(75.9, 75.9)}), EntryError);
  EXPECT_THROW(check_level(alexnet, "top5", {reached(70, 79.1)}), EntryError);
  EXPECT_THROW(level_named("VGG"), EntryError);
}

}  // namespace
}  // namespace flopprof::to_accuracy
