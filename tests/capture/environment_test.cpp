#include "profiler/capture/environment.h"

#include <gmock/gmock.h>

namespace flopprof::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPreload[] = "/opt/fp/lib/libflopprof_preload.so";
constexpr char kHook[] = "/opt/fp/share/flopprof/hook";

const AttachOptions kOptions{.run_path = "/data/run.db", .run_id = "0a1b"};

AttachedEnvironment attached(const Environment& current, const AttachOptions& options = kOptions) {
  return attached_environment("/opt/fp", "/opt/fp", options, current);
}

TEST(AttachedEnvironment, NamesTheRunAndHowItIsToBeObserved) {
  const Environment expected = {
      {"FLOPPROF_RUN", "/data/run.db"},
      {"FLOPPROF_RUN_ID", "0a1b"},
      {"FLOPPROF_BUDGET", "0.01"},
      {"FLOPPROF_EVERY", "0"},
      {"LD_PRELOAD", kPreload},
      {"PYTHONPATH", kHook},
      {"CUDA_INJECTION64_PATH", "/opt/fp/lib/libflopprof.so"},
  };
  EXPECT_EQ(attached({}).set, expected);
}

TEST(AttachedEnvironment, PutsTheUsersPreloadFirstAndOurHookFirst) {
  const auto change = attached({{"LD_PRELOAD", "/usr/lib/libjemalloc.so"}, {"PYTHONPATH", "src:"}});
  EXPECT_EQ(change.set.at("LD_PRELOAD"),
            "/usr/lib/libjemalloc.so:/opt/fp/lib/libflopprof_preload.so");
  EXPECT_EQ(change.set.at("PYTHONPATH"), "/opt/fp/share/flopprof/hook:src:");
}

TEST(AttachedEnvironment, AddsNothingTwiceWhenARunStartsARun) {
  const auto change = attached({{"LD_PRELOAD", kPreload}, {"PYTHONPATH", kHook}});
  EXPECT_EQ(change.set.at("LD_PRELOAD"), kPreload);
  EXPECT_EQ(change.set.at("PYTHONPATH"), kHook);
}

TEST(AttachedEnvironment, ForgetsWhatOnlyTheRunAroundItAskedFor) {
  const auto change = attached({{"FLOPPROF_STEP_RANGE", "train"}, {"FLOPPROF_LAYERS", "1"}});
  EXPECT_THAT(change.unset, ElementsAre("FLOPPROF_STEP_RANGE", "FLOPPROF_LAYERS"));
}

TEST(AttachedEnvironment, HandsOnEveryOption) {
  const auto change = attached({}, {.run_path = "/data/run.db",
                                    .run_id = "0a1b",
                                    .overhead_budget = 0.005,
                                    .every_steps = 7,
                                    .step_range = "train step",
                                    .formulas_path = "/data/ops.txt",
                                    .layers = true,
                                    .faults_path = "/proc/12/fd/3"});
  EXPECT_EQ(change.set.at("FLOPPROF_BUDGET"), "0.005");
  EXPECT_EQ(change.set.at("FLOPPROF_EVERY"), "7");
  EXPECT_EQ(change.set.at("FLOPPROF_STEP_RANGE"), "train step");
  EXPECT_EQ(change.set.at("FLOPPROF_FORMULAS"), "/data/ops.txt");
  EXPECT_EQ(change.set.at("FLOPPROF_LAYERS"), "1");
  EXPECT_EQ(change.set.at("FLOPPROF_FAULTS"), "/proc/12/fd/3");
  EXPECT_EQ(change.set.at("NVTX_INJECTION64_PATH"), "/opt/fp/lib/libflopprof.so");
}

TEST(AttachedEnvironment, LeavesATakenInjectionToItsOwnerAndSaysSo) {
  const auto change = attached({{"CUDA_INJECTION64_PATH", "/opt/other/lib.so"}});
  EXPECT_FALSE(change.set.contains("CUDA_INJECTION64_PATH"));
  ASSERT_EQ(change.faults.size(), 1U);
  EXPECT_EQ(change.faults[0].what, "injection taken");
  EXPECT_EQ(change.faults[0].detail, "CUDA_INJECTION64_PATH is /opt/other/lib.so");
}

TEST(AttachedEnvironment, SearchesThroughTheLinkAndLoadsFromThePrefix) {
  const auto change = attached_environment("/opt/f p", "/tmp/link", kOptions, {});
  EXPECT_EQ(change.set.at("LD_PRELOAD"), "/tmp/link/lib/libflopprof_preload.so");
  EXPECT_EQ(change.set.at("PYTHONPATH"), "/tmp/link/share/flopprof/hook");
  EXPECT_EQ(change.set.at("CUDA_INJECTION64_PATH"), "/opt/f p/lib/libflopprof.so");
  EXPECT_THAT(change.faults, IsEmpty());
}

TEST(FitsInSearchPaths, RefusesWhatLdPreloadSplitsOn) {
  EXPECT_TRUE(fits_in_search_paths("/opt/flopprof-1.0/ü"));
  EXPECT_FALSE(fits_in_search_paths("/opt/my tools"));
  EXPECT_FALSE(fits_in_search_paths("/opt/a:b"));
}

TEST(WithChange, SetsAndUnsetsAndKeepsTheRest) {
  const Environment current = {{"HOME", "/root"}, {"OLD", "1"}, {"PYTHONPATH", "a"}};
  const Environment expected = {{"HOME", "/root"}, {"PYTHONPATH", "b"}};
  EXPECT_EQ(with_change(current, {.set = {{"PYTHONPATH", "b"}}, .unset = {"OLD"}}), expected);
}

}  // namespace
}  // namespace flopprof::capture
