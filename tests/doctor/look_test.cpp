#include "profiler/doctor/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "profiler/capture/cupti_places.h"
#include "profiler/capture/gpu_probe.h"
#include "tests/support/sample_run.h"

namespace flopprof::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Look : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  Machine machine(const std::string& library) {
    return look({.root = root_ / "",
                 .driver = library,
                 .cupti = {"/nowhere/libcupti.so", library},
                 .management = library,
                 .prefix = root_ / "prefix",
                 .folder = root_ / ""});
  }
  testing::TemporaryFolder root_;
};

TEST_F(Look, AsksTheLibrariesWhatTheyAre) {
  const Machine found = machine(FLOPPROF_NAMED_GPU);
  EXPECT_TRUE(found.driver.found);
  EXPECT_EQ(found.driver.error, "");
  EXPECT_EQ(found.driver.cuda_version, 13000);
  ASSERT_EQ(found.driver.devices.size(), 2u);
  EXPECT_EQ(found.driver.devices[0].name, "NVIDIA H100");
  EXPECT_EQ(found.driver.devices[1].major, 9);
  EXPECT_EQ(found.cupti.path, FLOPPROF_NAMED_GPU);
  EXPECT_EQ(found.cupti.api_version, 130001u);
  EXPECT_EQ(found.cupti.cuda_major, 13);
}

TEST_F(Look, TakesASampleOfTheActivityOfEachGpu) {
  const Machine found = machine(FLOPPROF_NAMED_GPU);
  EXPECT_EQ(found.gpm.error, "");
  ASSERT_EQ(found.gpm.devices.size(), 2u);
  EXPECT_EQ(found.gpm.devices[0].name, "NVIDIA H100");
  EXPECT_FALSE(found.gpm.devices[0].refusal);
  ASSERT_TRUE(found.gpm.devices[1].refusal);  // may be asked, and not be sampled
  EXPECT_EQ(text_of(*found.gpm.devices[1].refusal),
            "nvmlGpmSampleGet: not permitted to this user (4)");
}

TEST_F(Look, DoesNotLoadTheManagementLibraryWithoutAGpu) {
  const Machine found = machine("/nowhere/libcuda.so.1");
  EXPECT_EQ(found.gpm.error, "");
  EXPECT_TRUE(found.gpm.devices.empty());
}

TEST_F(Look, SaysWhyALibraryIsNotThere) {
  const Machine found = machine("/nowhere/libcuda.so.1");
  EXPECT_FALSE(found.driver.found);
  EXPECT_THAT(found.driver.error, HasSubstr("/nowhere/libcuda.so.1"));
  EXPECT_FALSE(found.cupti.found);
  EXPECT_THAT(found.cupti.error, HasSubstr("/nowhere/libcupti.so"));
}

TEST_F(Look, SaysThatALibraryIsNotWhatItsNameSays) {
  const Machine found = machine("libm.so.6");
  EXPECT_EQ(found.driver.error, "libm.so.6 is no CUDA driver");
  EXPECT_FALSE(found.cupti.found);
}

TEST_F(Look, ReadsWhatTheKernelModuleSays) {
  write("proc/driver/nvidia/params", "ResmanDebugLevel: 4294967295\nRmProfilingAdminOnly: 1\n");
  write("proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n");
  write("proc/driver/nvidia/capabilities/gpu0/mig/gi1/access", "");
  write("proc/self/status",
        "Name:\tflopprof\nCapPrm:\t0000000000000000\nCapEff:\t000000c000200000\n");
  const Machine found = machine(FLOPPROF_NAMED_GPU);
  EXPECT_EQ(found.counters_for_admins_only, true);
  EXPECT_EQ(found.driver_branch, 580);
  EXPECT_TRUE(found.has_mig_instances);
  EXPECT_EQ(found.capabilities, 0x000000c000200000u);
}

TEST_F(Look, ReadsTheOlderFormOfTheKernelModulesVersion) {
  write("proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19\n");
  EXPECT_EQ(machine(FLOPPROF_NAMED_GPU).driver_branch, 535);
}

TEST_F(Look, KnowsNothingOfAKernelModuleThatIsNotThere) {
  const Machine found = machine(FLOPPROF_NAMED_GPU);
  EXPECT_EQ(found.counters_for_admins_only, std::nullopt);
  EXPECT_EQ(found.driver_branch, std::nullopt);
  EXPECT_FALSE(found.has_mig_instances);
}

TEST_F(Look, ListsTheProgramsThatRun) {
  write("proc/17/comm", "nv-hostengine\n");
  write("proc/18/comm", "bash\n");
  write("proc/19/comm", "bash\n");
  write("proc/sys/comm", "no process\n");
  EXPECT_THAT(machine(FLOPPROF_NAMED_GPU).programs, ElementsAre("bash", "nv-hostengine"));
}

TEST_F(Look, NamesTheFilesThatTheInstallationLacks) {
  write("prefix/lib/libflopprof.so", "");
  write("prefix/share/flopprof/hook/sitecustomize.py", "");
  const Machine found = machine(FLOPPROF_NAMED_GPU);
  EXPECT_THAT(found.missing_files, ElementsAre("lib/libflopprof_preload.so"));
  EXPECT_TRUE(found.folder_can_be_written);
  EXPECT_GT(found.folder_free_bytes, 0u);
}

TEST_F(Look, TakesNoLibraryThatIsNewerThanTheDriverWhereThereIsAnother) {
  const std::filesystem::path copy = root_ / "libcupti.so.13";
  std::filesystem::copy_file(FLOPPROF_NAMED_GPU, copy);
  const auto of_12 = capture::probe_cupti({"/nowhere/libcupti.so", copy}, 12080);
  EXPECT_EQ(of_12.path, copy);  // the only one
  EXPECT_EQ(of_12.cuda_major, 13);
  EXPECT_EQ(capture::probe_cupti({"libm.so.6", copy}, 13000).path, copy);
}

TEST_F(Look, FindsTheLibraryInThePackagesOfTheJobsPython) {
  const std::filesystem::path wheel = root_ / "nvidia/cu99/lib";
  std::filesystem::create_directories(wheel);
  std::filesystem::copy_file(FLOPPROF_NAMED_GPU, wheel / "libcupti.so.99");
  const auto candidates =
      capture::cupti_candidates(99000, {.python_packages = {(root_ / "").parent_path()}});
  EXPECT_EQ(capture::probe_cupti(candidates, 99000).path, wheel / "libcupti.so.99");
}

}  // namespace
}  // namespace flopprof::doctor
