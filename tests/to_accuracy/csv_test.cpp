#include "profiler/to_accuracy/csv.h"

#include <gmock/gmock.h>

namespace flopprof::to_accuracy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal_of(std::string_view text) {
  try {
    csv_table(text);
  } catch (const CsvError& error) {
    return error.what();
  }
  return "no refusal";
}

TEST(CsvTable, SplitsTheHeaderFromTheRows) {
  const CsvTable table = csv_table("a,b\n1,2\n3,\n");
  EXPECT_THAT(table.header.fields, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].fields, ElementsAre("1", "2"));
  EXPECT_THAT(table.rows[1].fields, ElementsAre("3", ""));
}

TEST(CsvTable, TakesEveryLineEndAndSaysWhichTheHeaderHas) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const CsvTable table = csv_table("a,b" + end + "1,2" + end + "3,4" + end);
    EXPECT_EQ(table.line_end, end);
    ASSERT_EQ(table.rows.size(), 2u);
    EXPECT_THAT(table.rows[1].fields, ElementsAre("3", "4"));
    EXPECT_EQ(table.rows[1].line, 3u);
    EXPECT_TRUE(table.ends_with_line_end);
  }
}

TEST(CsvTable, SaysThatTheLastLineHasNoLineEnd) {
  EXPECT_FALSE(csv_table("a,b\r\n1,2").ends_with_line_end);
}

TEST(CsvTable, UnquotesCommasQuotesAndLineEnds) {
  const CsvTable table =
      csv_table("a,b,c\n\"1,5\",\"he said \"\"no\"\"\",\"two\r\nlines\"\n4,5,6\n");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].fields, ElementsAre("1,5", "he said \"no\"", "two\r\nlines"));
  EXPECT_EQ(table.rows[1].line, 4u) << "a quoted line end is a line of the file";
}

TEST(CsvTable, KeepsAnEmptyQuotedFieldAndAQuotedLastOne) {
  EXPECT_THAT(csv_table("a,b\n\"\",\"x\"").rows.at(0).fields, ElementsAre("", "x"));
}

TEST(CsvTable, LeavesOutTheByteOrderMarkAndBlankLines) {
  const CsvTable table = csv_table("\xEF\xBB\xBF\n\na,b\n\n1,2\n\n");
  EXPECT_THAT(table.header.fields, ElementsAre("a", "b"));
  EXPECT_EQ(table.rows.size(), 1u);
}

TEST(CsvTable, GivesTheBytesOfARow) {
  const std::string text = "a,b\r\n1,\"2\"\r\n3,4";
  const CsvTable table = csv_table(text);
  const CsvRecord& row = table.rows.at(0);
  EXPECT_EQ(text.substr(row.begins_at, row.ends_at - row.begins_at), "1,\"2\"");
}

TEST(CsvTable, IsEmptyForAnEmptyFile) {
  EXPECT_TRUE(csv_table("").header.fields.empty());
  EXPECT_TRUE(csv_table("\n\n").header.fields.empty());
}

TEST(CsvTable, RefusesAQuoteThatNeverCloses) {
  EXPECT_THAT(refusal_of("a,b\n1,\"2\n3,4\n"), HasSubstr("line 2: a quote opens here"));
}

TEST(CsvTable, RefusesTextAfterAClosingQuote) {
  EXPECT_THAT(refusal_of("a,b\n1,\"2\"x\n"), HasSubstr("line 2: text after a closing quote"));
}

TEST(CsvTable, RefusesAQuoteInsideAnUnquotedField) {
  EXPECT_THAT(refusal_of("a,b\n1,5\" disk\n"), HasSubstr("line 2: a quote inside"));
}

TEST(CsvTable, RefusesRowsShorterOrLongerThanTheHeader) {
  EXPECT_EQ(refusal_of("a,b\n1,2\n3\n"), "line 3: 1 fields where the header has 2");
  EXPECT_EQ(refusal_of("a,b\n1,2,3\n"), "line 2: 3 fields where the header has 2");
}

TEST(CsvTable, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(refusal_of("a,b\nna\xEFve,2\n"), HasSubstr("line 2: bytes that are not UTF-8"));
  EXPECT_THAT(refusal_of("\xFF\xFE"
                         "a"),
              HasSubstr("line 1: bytes that are not UTF-8"));
}

}  // namespace
}  // namespace flopprof::to_accuracy
