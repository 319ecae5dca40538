#include "profiler/to_accuracy/utf8.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

TEST(Utf8Prefix, IsAllOfATextOfWholeCharacters) {
  EXPECT_EQ(utf8_prefix(""), 0u);
  EXPECT_EQ(utf8_prefix("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 10u);
}

TEST(Utf8Prefix, EndsBeforeTheFirstByteThatIsNone) {
  EXPECT_EQ(utf8_prefix("ab\x80"), 2u) << "a continuation that continues nothing";
  EXPECT_EQ(utf8_prefix("ab\xE2\x82"), 2u) << "a character cut short";
  EXPECT_EQ(utf8_prefix("\xC0\xAF"), 0u) << "a slash written too long";
  EXPECT_EQ(utf8_prefix("\xED\xA0\x80"), 0u) << "half of a surrogate pair";
  EXPECT_EQ(utf8_prefix("\xF4\x90\x80\x80"), 0u) << "beyond the last code point";
}

}  // namespace
}  // namespace flopprof::to_accuracy
