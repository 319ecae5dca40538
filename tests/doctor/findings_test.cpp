#include "profiler/doctor/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::doctor {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kSysAdmin = std::uint64_t{1} << 21;
constexpr std::uint64_t kPerfmon = std::uint64_t{1} << 38;

/// A machine on which all is well.
Machine h100() {
  return {.driver = {.found = true,
                     .cuda_version = 13000,
                     .devices = {{"NVIDIA H100", 9, 0}, {"NVIDIA H100", 9, 0}}},
          .cupti = {.found = true,
                    .path = "/cuda/libcupti.so.13",
                    .api_version = 130001,
                    .cuda_major = 13},
          .gpm = {.devices = {{.name = "NVIDIA H100"}, {.name = "NVIDIA H100"}}},
          .counters_for_admins_only = false,
          .driver_branch = 580,
          .prefix = "/opt/flopprof",
          .libtorchs = {{.library = "/torch/lib/libtorch_cpu.so",
                         .root = "/torch",
                         .observer = "/o.so"}},
          .python = {.command = "python3", .hooked = true},
          .folder = "/jobs",
          .folder_can_be_written = true,
          .folder_free_bytes = std::uint64_t{3} << 30};
}

Finding finding(const Machine& machine, const std::string& check) {
  for (const Finding& one : findings_of(machine)) {
    if (one.check == check) return one;
  }
  return {};
}

TEST(Findings, AreWellOnAMachineWhereAllWorks) {
  EXPECT_EQ(text_of(findings_of(h100())),
            "ok       installation            /opt/flopprof\n"
            "ok       disk                    /jobs can be written, 3072 MiB free\n"
            "ok       Python hook             python3 runs it at start-up\n"
            "ok       LibTorch observer       there is one for /torch/lib/libtorch_cpu.so\n"
            "ok       NVIDIA driver           CUDA 13.0: 2 x NVIDIA H100 (sm_90)\n"
            "ok       CUPTI                   /cuda/libcupti.so.13, of CUDA 13 (version 130001)\n"
            "ok       counter permission      RmProfilingAdminOnly is 0: every user may count\n"
            "ok       MPS, MIG                neither is in use\n"
            "unknown  confidential computing  not asked: the counters are off where it is on\n"
            "                                 -> nvidia-smi conf-compute -f tells\n"
            "ok       other tools             none found\n"
            "ok       variables               free\n"
            "ok       FLOPs 1: counted        by hardware counters, in steps that are looked at\n"
            "ok       FLOPs 2: estimated      tensor activity (GPM) of 2 of 2 GPUs, where counting "
            "is refused\n"
            "ok       FLOPs 3: model          what operators require, from their shapes\n");
}

TEST(Findings, HaveTheSameInJson) {
  const std::vector<Finding> one = {
      {.check = "disk", .state = State::kNo, .found = "full", .remedy = "rm"}};
  EXPECT_EQ(json_of(one),
            "{\n  \"schema_version\": 1,\n  \"checks\": [\n    {\n      \"check\": \"disk\",\n"
            "      \"state\": \"no\",\n      \"found\": \"full\",\n      \"remedy\": \"rm\"\n    "
            "}\n  ]\n}\n");
}

TEST(Findings, FitOnOneScreenWhereNothingWorks) {
  const std::string text = text_of(findings_of({}));
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 24);
}

TEST(DriverFinding, TellsAMissingDriverFromAMissingGpu) {
  Machine machine = h100();
  machine.driver = {
      .found = true, .error = "cuInit finds no GPU (error 100)", .cuda_version = 13000};
  EXPECT_EQ(finding(machine, "NVIDIA driver").found, "cuInit finds no GPU (error 100)");
  EXPECT_THAT(finding(machine, "NVIDIA driver").remedy, HasSubstr("CUDA_VISIBLE_DEVICES"));
  machine.driver = {.error = "libcuda.so.1: no such file"};
  EXPECT_EQ(finding(machine, "NVIDIA driver").state, State::kNo);
  EXPECT_THAT(finding(machine, "NVIDIA driver").remedy, HasSubstr("install NVIDIA's driver"));
}

TEST(CuptiFinding, WantsTheMajorVersionOfTheDriver) {
  Machine machine = h100();
  machine.driver.cuda_version = 12080;
  const Finding mixed = finding(machine, "CUPTI");
  EXPECT_EQ(mixed.state, State::kNo);
  EXPECT_EQ(mixed.remedy,
            "the driver serves CUDA 12.8: put the libcupti of CUDA 12 first in LD_LIBRARY_PATH");
  machine.driver = {};
  EXPECT_EQ(finding(machine, "CUPTI").state, State::kUnknown);
  machine.cupti = {.error = "libcupti.so.13: no such file"};
  EXPECT_EQ(finding(machine, "CUPTI").state, State::kNo);
}

TEST(PermissionFinding, TakesEitherCapabilityWhereTheModuleWantsOne) {
  Machine machine = h100();
  machine.counters_for_admins_only = true;
  EXPECT_EQ(finding(machine, "counter permission").state, State::kNo);
  machine.capabilities = kSysAdmin;
  EXPECT_EQ(finding(machine, "counter permission").state, State::kOk);
  machine.capabilities = kPerfmon;
  EXPECT_EQ(finding(machine, "counter permission").state, State::kOk);
  machine.driver_branch = 550;
  EXPECT_EQ(finding(machine, "counter permission").state, State::kNo) << "only from 565 on";
  machine.counters_for_admins_only = std::nullopt;
  EXPECT_EQ(finding(machine, "counter permission").state, State::kUnknown);
}

TEST(SharingFinding, NamesMpsAndMig) {
  Machine machine = h100();
  machine.has_mig_instances = true;
  EXPECT_EQ(finding(machine, "MPS, MIG").state, State::kUnknown);
  machine.environment = {{"CUDA_MPS_PIPE_DIRECTORY", "/tmp/nvidia-mps"}};
  EXPECT_EQ(finding(machine, "MPS, MIG").state, State::kUnknown);
  machine.programs = {"nvidia-cuda-mps"};
  EXPECT_EQ(finding(machine, "MPS, MIG").state, State::kNo);
}

TEST(OtherToolsFinding, MindsDcgmOnlyBeforeHopper) {
  Machine machine = h100();
  machine.programs = {"nv-hostengine"};
  EXPECT_EQ(finding(machine, "other tools").state, State::kOk);
  machine.driver.devices[0] = {"NVIDIA A100", 8, 0};
  EXPECT_EQ(finding(machine, "other tools").state, State::kNo);
  machine = h100();
  machine.programs = {"ncu"};
  EXPECT_EQ(finding(machine, "other tools").state, State::kNo);
}

TEST(CountedFinding, NamesWhatIsInTheWay) {
  Machine machine = h100();
  machine.counters_for_admins_only = true;
  EXPECT_EQ(finding(machine, "FLOPs 1: counted").found, "in the way is: counter permission");
  EXPECT_EQ(finding(machine, "FLOPs 1: counted").state, State::kNo);
  machine.counters_for_admins_only.reset();
  EXPECT_EQ(finding(machine, "FLOPs 1: counted").found, "not known is: counter permission");
  EXPECT_EQ(finding(machine, "FLOPs 1: counted").state, State::kUnknown);
}

TEST(EstimatedFinding, SaysWhichGpusHaveNoActivityAndWhy) {
  Machine machine = h100();
  machine.gpm.devices[1] = {
      .name = "NVIDIA A100",
      .refusal = capture::NvmlRefusal{.call = "nvmlGpmQueryDeviceSupport", .status = 3}};
  const Finding mixed = finding(machine, "FLOPs 2: estimated");
  EXPECT_EQ(mixed.state, State::kOk);
  EXPECT_EQ(mixed.found,
            "tensor activity (GPM) of 1 of 2 GPUs, where counting is refused; NVIDIA A100: "
            "nvmlGpmQueryDeviceSupport: not supported on this device (3)");
  EXPECT_THAT(mixed.remedy, HasSubstr("Hopper"));
  machine.gpm.devices[0] = machine.gpm.devices[1];
  EXPECT_EQ(finding(machine, "FLOPs 2: estimated").state, State::kNo);
  machine.gpm = {.error = "libnvidia-ml.so.1: cannot open"};
  EXPECT_EQ(finding(machine, "FLOPs 2: estimated").found, "libnvidia-ml.so.1: cannot open");
}

TEST(ModelFinding, NeedsAnObserver) {
  Machine machine = h100();
  machine.libtorchs[0].observer.clear();
  EXPECT_EQ(finding(machine, "FLOPs 3: model").state, State::kNo);
  machine.libtorchs.clear();
  EXPECT_EQ(finding(machine, "FLOPs 3: model").state, State::kUnknown);
}

TEST(VariablesFinding, SaysWhatSomebodyElseHasTaken) {
  Machine machine = h100();
  machine.environment = {{"CUDA_INJECTION64_PATH", "/nsight/libinject.so"}};
  const Finding taken = finding(machine, "variables");
  EXPECT_EQ(taken.state, State::kNo);
  EXPECT_EQ(taken.found, "CUDA_INJECTION64_PATH is /nsight/libinject.so");
  EXPECT_EQ(taken.remedy, "unset CUDA_INJECTION64_PATH to let flopprof see what it names");
  machine.environment = {{"LD_PRELOAD", "libjemalloc.so"}};
  EXPECT_EQ(finding(machine, "variables").state, State::kOk);
  EXPECT_EQ(finding(machine, "variables").found, "LD_PRELOAD=libjemalloc.so stays, beside ours");
}

TEST(ObserverFinding, SaysHowToBuildOne) {
  Machine machine = h100();
  machine.libtorchs[0].observer = "";
  EXPECT_EQ(finding(machine, "LibTorch observer").state, State::kNo);
  EXPECT_EQ(finding(machine, "LibTorch observer").remedy, "flopprof build-observer '/torch'");
  machine.libtorchs[0].problem = "no build id";
  EXPECT_EQ(finding(machine, "LibTorch observer").remedy, "no build id");
  machine.libtorchs = {};
  EXPECT_EQ(finding(machine, "LibTorch observer").state, State::kUnknown);
}

TEST(JobFindings, NameWhatIsInTheWay) {
  Machine machine = h100();
  machine.python.hooked = false;
  machine.missing_files = {"lib/libflopprof.so"};
  machine.folder_free_bytes = 1 << 20;
  EXPECT_EQ(finding(machine, "Python hook").state, State::kNo);
  EXPECT_EQ(finding(machine, "installation").found, "/opt/flopprof lacks lib/libflopprof.so");
  EXPECT_EQ(finding(machine, "disk").state, State::kNo);
  machine.folder_can_be_written = false;
  EXPECT_EQ(finding(machine, "disk").found, "/jobs cannot be written");
  machine.python.command = "";
  EXPECT_EQ(finding(machine, "Python hook").state, State::kUnknown);
}

}  // namespace
}  // namespace flopprof::doctor
