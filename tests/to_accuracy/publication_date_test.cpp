#include "profiler/to_accuracy/publication_date.h"

#include <gmock/gmock.h>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

using namespace std::chrono_literals;

std::string refusal_of(std::string_view text) {
  try {
    date_of(text);
  } catch (const FieldError& error) {
    return error.what();
  }
  return "no refusal";
}

TEST(DateOf, ReadsMonthDayYearWithAndWithoutZeros) {
  EXPECT_EQ(date_of("6/1/2012"), 2012y / 6 / 1);
  EXPECT_EQ(date_of("09/17/2014"), 2014y / 9 / 17);
}

TEST(DateOf, ReadsIsoDates) { EXPECT_EQ(date_of("2019-05-28"), 2019y / 5 / 28); }

TEST(DateOf, KnowsLeapYears) {
  EXPECT_EQ(date_of("2/29/2016"), 2016y / 2 / 29);
  EXPECT_EQ(refusal_of("2/29/2015"), "\"2/29/2015\" is no date: that month has the days 1 to 28");
}

TEST(DateOf, RefusesDaysThatNoMonthHas) {
  EXPECT_EQ(refusal_of("4/31/2017"), "\"4/31/2017\" is no date: that month has the days 1 to 30");
  EXPECT_EQ(refusal_of("4/0/2017"), "\"4/0/2017\" is no date: that month has the days 1 to 30");
}

TEST(DateOf, SaysTheOrderWhenTheMonthCannotBe) {
  EXPECT_EQ(refusal_of("17/9/2014"),
            "\"17/9/2014\" is no date: month 17 (the order is M/D/YYYY or YYYY-MM-DD)");
}

TEST(DateOf, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2014", "2014-09", "9/17", "9/17/2014 ", "9/17/2014/1", "June 2012",
                           "9/-17/2014", "1/1/99999999999"}) {
    EXPECT_THAT(refusal_of(text), testing::EndsWith("\" is no date: write M/D/YYYY or YYYY-MM-DD"))
        << text;
  }
  EXPECT_EQ(refusal_of("9/17/14"), "\"9/17/14\" is no date: year 14 (write four digits)");
}

TEST(Iso, WritesTwoDigitsForMonthAndDay) { EXPECT_EQ(iso(2012y / 6 / 1), "2012-06-01"); }

TEST(MonthsBetween, CountsMeanMonths) {
  EXPECT_DOUBLE_EQ(months_between(2012y / 6 / 1, 2016y / 6 / 1), 48.0) << "1461 days / 30.4375";
  EXPECT_DOUBLE_EQ(months_between(2016y / 6 / 1, 2012y / 6 / 1), -48.0);
}

}  // namespace
}  // namespace flopprof::to_accuracy
