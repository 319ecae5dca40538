#include "profiler/capture/drain_thread.h"

#include <gtest/gtest.h>

#include <vector>

namespace flopprof::capture {
namespace {

TEST(DrainThread, WritesAtOnceSoThatAProcessThatIsKilledSoonHasBeenThere) {
  std::vector<bool> drains;
  DrainThread thread([&drains](bool last) { drains.push_back(last); });
  ASSERT_TRUE(thread.start());
  ASSERT_TRUE(thread.finish(60'000));
  EXPECT_EQ(drains, (std::vector<bool>{false, true}));
}

}  // namespace
}  // namespace flopprof::capture
