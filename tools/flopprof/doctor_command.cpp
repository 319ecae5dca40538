#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "profiler/capture/config.h"
#include "profiler/capture/libtorch.h"
#include "profiler/doctor/findings.h"
#include "profiler/doctor/look.h"
#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/child_process.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/observer_build.h"

namespace flopprof::tools {
namespace {

namespace fs = std::filesystem;

/// The hook takes itself out of sys.path when it runs. torch is found without being imported, which
/// takes seconds.
constexpr const char* kAskPython =
    "import sys\n"
    "from importlib.util import find_spec\n"
    "print('hooked' if sys.argv[1] not in sys.path else 'not hooked')\n"
    "torch = find_spec('torch')\n"
    "print(torch.submodule_search_locations[0] if torch else '')\n"
    "print('\\n'.join(path for path in sys.path if path.endswith('-packages')))\n";

struct LookAtPython {
  doctor::FoundPython found;
  fs::path torch;                     ///< its folder; empty: none
  std::vector<std::string> packages;  ///< their folders
};

LookAtPython look_at_python(const fs::path& prefix) {
  const std::string hook = prefix / "share/flopprof/hook";
  const ChildEnd python = run_child({"sh", "-c", "exec \"$@\" 2>/dev/null", "sh", "env",
                                     "PYTHONPATH=" + hook, "python3", "-c", kAskPython, hook});
  if (python.status == 127) return {};
  LookAtPython look{.found = {.command = "python3"}};
  std::istringstream lines(python.output);
  std::string line;
  std::getline(lines, line);
  look.found.hooked = line == "hooked";
  std::getline(lines, line);
  look.torch = line;
  while (std::getline(lines, line)) look.packages.push_back(line);
  return look;
}

std::string observer_for(const LibTorch& libtorch, const fs::path& prefix) {
  const std::string name = capture::observer_name(libtorch.build_id);
  for (const fs::path& folder :
       {prefix / "lib/flopprof/observers", fs::path(capture::read_config().user_observers)}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  return "";
}

std::optional<doctor::FoundLibTorch> libtorch_at(const fs::path& root, const fs::path& prefix) {
  if (root.empty() || !fs::exists(root / "include/ATen/record_function.h")) return std::nullopt;
  try {
    const LibTorch libtorch = libtorch_in(root);
    return doctor::FoundLibTorch{.library = libtorch.library,
                                 .root = libtorch.root,
                                 .observer = observer_for(libtorch, prefix)};
  } catch (const ExitWith& unusable) {
    return doctor::FoundLibTorch{.root = root, .problem = unusable.message};
  }
}

doctor::Machine this_machine() {
  const fs::path prefix = install_prefix();
  const capture::Environment environment = current_environment();
  // What it names would be loaded into this process by the driver.
  unsetenv("CUDA_INJECTION64_PATH");
  std::error_code gone;
  const LookAtPython python = look_at_python(prefix);
  doctor::Machine machine = doctor::look(
      {.python_packages = python.packages, .prefix = prefix, .folder = fs::current_path(gone)});
  machine.environment = environment;
  machine.python = python.found;
  for (const fs::path& root : {python.torch, fs::path("/usr")}) {
    if (const auto libtorch = libtorch_at(root, prefix)) machine.libtorchs.push_back(*libtorch);
  }
  return machine;
}

}  // namespace

void add_doctor(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Say what works on this machine, and what to do about what does not");
  const auto format = std::make_shared<std::string>("text");
  command->add_option("--format", *format, "How to print it")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([format] {
    const auto findings = doctor::findings_of(this_machine());
    fmt::print("{}", *format == "json" ? doctor::json_of(findings) : doctor::text_of(findings));
  });
}

}  // namespace flopprof::tools
