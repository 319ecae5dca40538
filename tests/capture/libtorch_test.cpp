#include "profiler/capture/libtorch.h"

#include <gtest/gtest.h>

namespace flopprof::capture {
namespace {

TEST(LibTorchRoot, IsTheTorchFolderOfAPipInstallation) {
  EXPECT_EQ(libtorch_root("/venv/lib/python3.11/site-packages/torch/lib/libtorch_cpu.so"),
            "/venv/lib/python3.11/site-packages/torch");
}

TEST(LibTorchRoot, PassesTheArchitecturesFolder) {
  EXPECT_EQ(libtorch_root("/usr/lib/x86_64-linux-gnu/libtorch_cpu.so.1.13"), "/usr");
}

TEST(LibTorchRoot, IsTwoFoldersUpWhereNoneIsNamedLib) {
  EXPECT_EQ(libtorch_root("/opt/torch/binaries/libtorch_cpu.so"), "/opt/torch");
}

}  // namespace
}  // namespace flopprof::capture
