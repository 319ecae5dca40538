#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/child_process.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/observer_build.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;

/// Of the torch that python3 imports: the library that is mapped, because the package may be
/// elsewhere.
constexpr const char* kFindTorch =
    "import torch; print(next(l.split(maxsplit=5)[5].strip() for l in open('/proc/self/maps')"
    " if '/libtorch_cpu.so' in l))";

std::filesystem::path library_of_python() {
  const ChildEnd python = run_child({"python3", "-c", kFindTorch});
  std::string path = python.output.substr(0, python.output.find('\n'));
  if (python.status != 0 || path.empty()) {
    throw ExitWith{kWrongUsage,
                   "python3 has no torch to build an observer for; name the folder that holds the "
                   "include/ and lib/ of one: flopprof build-observer TORCH_ROOT"};
  }
  return path;
}

void build(const std::string& root) {
  const LibTorch libtorch = root.empty() ? libtorch_of(library_of_python()) : libtorch_in(root);
  fmt::print(stderr, "flopprof: compiling an observer for {}; this takes a minute or two\n",
             libtorch.library.string());
  fmt::print("{}\n", build_observer(libtorch, install_prefix()).string());
}

}  // namespace

void add_build_observer(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "build-observer", "Build what counts the operators of a LibTorch, with the C++ compiler");
  const auto root = std::make_shared<std::string>();
  command->add_option("torch_root", *root,
                      "The folder of its include/ and lib/; by default, of the torch of python3");
  command->callback([root] { build(*root); });
}

}  // namespace flopprof::tools
