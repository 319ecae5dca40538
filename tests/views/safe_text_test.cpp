#include "profiler/views/safe_text.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

TEST(Printable, NothingThatMovesTheCursorOrTheDirectionGetsThrough) {
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\nb\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\u202egnp\u009b"), "\\u{202e}gnp\\x9b");
  EXPECT_EQ(printable("größe 层"), "größe 层");
}

TEST(Printable, BytesThatAreNoUtf8StandAsEscapes) {
  EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
}

TEST(Fitted, CutsInTheMiddleAndNeverInsideACharacter) {
  EXPECT_EQ(fitted("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(fitted("abcdefgh", 5), "ab…gh");
  EXPECT_EQ(fitted("äöüäöüäö", 5), "äö…äö");
  EXPECT_EQ(width_of(fitted(std::string(10'000, 'x'), 40)), 40U);
}

TEST(MarkdownCell, CannotEndTheCellOrBecomeMarkup) {
  EXPECT_EQ(markdown_cell("a|b\n<b>"), "a&#124;b&#92;n&#60;b&#62;");
  EXPECT_EQ(markdown_cell("aten::max_pool2d"), "aten::max_pool2d");
  EXPECT_EQ(markdown_cell("__init__"), "&#95;&#95;init&#95;&#95;");
}

TEST(CsvCell, IsQuotedWhereRfc4180OrASpreadsheetNeedsIt) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,\"b\"\r\n"), "\"a,\"\"b\"\"\r\n\"");
  EXPECT_EQ(csv_cell("=1+1"), "\"=1+1\"");
  EXPECT_EQ(csv_cell("a\x1b"), "a\\x1b");
}

}  // namespace
}  // namespace flopprof::views
