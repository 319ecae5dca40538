#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "tests/accuracy_logs/log_text.h"

namespace flopprof::accuracy_logs {
namespace {

/// Four evaluations of val/acc5 at steps 100 to 400, and a training loss, as tensorboardX writes
/// them.
std::string recorded() {
  std::ifstream file(FLOPPROF_TEST_DATA "/tensorboard/events.out.tfevents", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(TensorBoardEvents, ReadsScalarsOfOneTag) {
  const ReadLog log = read_text(recorded(), {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "tensorboard");
  EXPECT_EQ(log.traits.metric, "val/acc5");
  ASSERT_EQ(log.points.size(), 4u);
  EXPECT_EQ(log.points[2].step, 300);
  EXPECT_EQ(log.points[2].value, 0.791) << "a float is read as the decimal that was logged";
}

TEST(TensorBoardEvents, SaysThatAFileEndsInsideARecord) {
  std::string bytes = recorded();
  bytes.resize(bytes.size() - 5);
  EXPECT_THAT(read_text(bytes, {.metric = "val/acc5"}).traits.notes,
              testing::Contains(testing::HasSubstr("ends inside record")));
}

TEST(TensorBoardEvents, RefusesBytesThatDoNotMatchTheirChecksum) {
  std::string bytes = recorded();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  EXPECT_THROW(read_text(bytes, {.metric = "val/acc5"}), LogError);
}

}  // namespace
}  // namespace flopprof::accuracy_logs
