#include "tools/flopprof/prefix_link.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "profiler/capture/environment.h"

namespace flopprof::tools {
namespace {

namespace fs = std::filesystem;

fs::path private_folder() {
  std::error_code failed;
  fs::path parent = fs::temp_directory_path(failed);
  if (failed || !capture::fits_in_search_paths(parent)) parent = "/tmp";
  std::string pattern = parent / "flopprof-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot make a folder in " + parent.string());
  }
  return pattern;
}

}  // namespace

PrefixLink::PrefixLink(const fs::path& prefix) : path_(prefix) {
  if (capture::fits_in_search_paths(prefix)) return;
  folder_ = private_folder();
  path_ = folder_ / "flopprof";
  fs::create_directory_symlink(prefix, path_);
}

PrefixLink::~PrefixLink() {
  if (folder_.empty()) return;
  std::error_code failed;
  fs::remove(path_, failed);
  fs::remove(folder_, failed);
}

}  // namespace flopprof::tools
