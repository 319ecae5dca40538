#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/support/command.h"

namespace {

using flopprof::run_command;

std::string output_of(const std::string& command) { return run_command(command).output; }

/// data/counter_sets.csv is what libcupti schedules, not what somebody typed.
TEST(CounterSets, AreWhatTheToolkitsLibraryComputes) {
  if (dlopen(FLOPPROF_LIBCUPTI, RTLD_NOW) == nullptr) GTEST_SKIP() << dlerror();
  if (!std::string_view(FLOPPROF_TOOLKIT_VERSION).starts_with("13.0")) {
    GTEST_SKIP() << "the sets are those of the toolkit 13.0, this is " FLOPPROF_TOOLKIT_VERSION;
  }
  std::ifstream file(FLOPPROF_COUNTER_SETS_CSV);
  const std::string committed(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(output_of(FLOPPROF_COUNTER_SETS_TOOL), committed);
}

TEST(CounterSets, OfAChipThatTheLibraryDoesNotKnowAreNone) {
  if (dlopen(FLOPPROF_LIBCUPTI, RTLD_NOW) == nullptr) GTEST_SKIP() << dlerror();
  EXPECT_EQ(output_of(FLOPPROF_COUNTER_SETS_TOOL " GX999 2>&1"),
            "counter_sets: CUPTI refuses the chip GX999: error 46\n");
}

TEST(CounterSets, NeedALibrary) {
  EXPECT_NE(output_of(FLOPPROF_COUNTER_SETS_TOOL " --libcupti /nowhere/libcupti.so 2>&1; echo $?")
                .find("No such file or directory\n1\n"),
            std::string::npos);
}

}  // namespace
