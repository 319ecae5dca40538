#include <unistd.h>

#include <fstream>
#include <string>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/questions.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

/// The lines of `path` that begin with `word`; what is wrong where it cannot be read.
json line_of(const char* path, const std::string& word) {
  std::ifstream file(path);
  if (!file) return std::string(path) + " cannot be read";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(word)) return line;
  }
  return nullptr;
}

}  // namespace

void ask_about_permissions() {
  ask("permissions", "user", []() -> json {
    return {{"uid", getuid()},
            {"is_root", getuid() == 0},
            {"capabilities", line_of("/proc/self/status", "CapEff")},
            {"driver", line_of("/proc/driver/nvidia/params", "RmProfilingAdminOnly")}};
  });
  Counting counting;
  const KernelWork work(reference_kernel("flopprof_ffma"), {.blocks = multiprocessors()});
  ask("permissions", "counter sets", [&]() -> json {
    const Executed executed = counting.count_all([&] { work.launch(nullptr); });
    return {{"problems", counting.problems()},
            {"refused", executed.refused},
            {"values", executed.values}};
  });
}

}  // namespace flopprof::gpu
