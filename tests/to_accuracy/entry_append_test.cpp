#include "profiler/to_accuracy/entry_append.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "profiler/to_accuracy/entry.h"
#include "tests/to_accuracy/toy_run.h"

namespace flopprof::to_accuracy {
namespace {

constexpr std::string_view kHeader = "a,b";

class AppendRow : public testing::Test {
 protected:
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void append(std::string_view row) const {
    append_row(read_data_set(path_, kHeader, "\r\n", Quoting::kNone), row);
  }
  void expect_untouched(const std::string& bad) const {
    put(bad);
    EXPECT_THROW(append("5,6"), EntryError) << bad;
    EXPECT_EQ(bytes(), bad);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "set.csv";
};

TEST_F(AppendRow, LeavesAFileWithoutALineEndAtItsEndWithout) {
  put("a,b\r\n1,2\r\n3,4");
  append("5,6");
  EXPECT_EQ(bytes(), "a,b\r\n1,2\r\n3,4\r\n5,6");
}

TEST_F(AppendRow, LeavesAFileWithALineEndAtItsEndWith) {
  put("a,b\r\n1,2\r\n");
  append("5,6");
  EXPECT_EQ(bytes(), "a,b\r\n1,2\r\n5,6\r\n");
}

TEST_F(AppendRow, LeavesAFileItDoesNotUnderstandUntouched) {
  expect_untouched("a,b\n1,2\n");
  expect_untouched("a,b\r\n1,2\n");
  expect_untouched("a,b\r1,2\r");
  expect_untouched("a,b\r\n\"1\",2\r\n");
  expect_untouched("1,2\r\n3,4\r\n");
  expect_untouched("");
  expect_untouched(std::string("a,b\r\n1,\0\r\n", 10));
}

TEST_F(AppendRow, RefusesARowThatIsThereAlready) { expect_untouched("a,b\r\n5,6"); }

TEST_F(AppendRow, KeepsThePermissionsAndLeavesNothingBeside) {
  put("a,b\r\n1,2");
  std::filesystem::permissions(path_, std::filesystem::perms(0640));
  append("5,6");
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_.parent_path()), {}), 1);
}

TEST_F(AppendRow, WritesBehindALinkAndKeepsTheLink) {
  put("a,b\r\n1,2");
  const auto link = folder_ / "link.csv";
  std::filesystem::create_symlink(path_, link);
  append_row(read_data_set(link, kHeader, "\r\n", Quoting::kNone), "5,6");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(bytes(), "a,b\r\n1,2\r\n5,6");
}

TEST_F(AppendRow, RefusesAFileThatChangedMeanwhile) {
  put("a,b\r\n1,2");
  const DataSetFile read = read_data_set(path_, kHeader, "\r\n", Quoting::kNone);
  put("a,b\r\n1,3");
  EXPECT_THROW(append_row(read, "5,6"), EntryError);
  EXPECT_EQ(bytes(), "a,b\r\n1,3");
}

TEST_F(AppendRow, TakesLineEndsInsideQuotesForPartOfTheCell) {
  put("a,b\r\n\"1\n1\",2\r\n");
  append_row(read_data_set(path_, kHeader, "", Quoting::kAllowed), "5,6");
  EXPECT_EQ(bytes(), "a,b\r\n\"1\n1\",2\r\n5,6\r\n");
}

}  // namespace
}  // namespace flopprof::to_accuracy
