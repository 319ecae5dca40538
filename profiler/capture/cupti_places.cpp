#include "profiler/capture/cupti_places.h"

#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "profiler/capture/config.h"

namespace flopprof::capture {
namespace {

constexpr int kOldestMajor = 12;
constexpr int kNewestMajor = 13;

int note_path(dl_phdr_info* object, std::size_t, void* paths) {
  if (object->dlpi_name != nullptr && object->dlpi_name[0] == '/')
    static_cast<std::vector<std::string>*>(paths)->emplace_back(object->dlpi_name);
  return 0;
}

void add_new(std::vector<std::string>& folders, std::string folder) {
  if (std::find(folders.begin(), folders.end(), folder) == folders.end())
    folders.push_back(std::move(folder));
}

/// Those that hold a wheel of NVIDIA's that is loaded come before those of other packages.
std::vector<std::string> package_folders(const CuptiSurroundings& around) {
  std::vector<std::string> folders;
  for (const std::string_view sign : {"/nvidia/", "/site-packages/", "/dist-packages/"}) {
    for (const std::string& path : around.mapped) {
      const std::size_t at = path.rfind(sign);
      if (at == std::string::npos) continue;
      if (sign == "/nvidia/" && path.find("/lib/", at) == std::string::npos) continue;
      add_new(folders, path.substr(0, sign == "/nvidia/" ? at : at + sign.size() - 1));
    }
  }
  for (const std::string& folder : around.python_packages) add_new(folders, folder);
  return folders;
}

/// <prefix>/lib/python3.11/site-packages, of a virtual environment or of conda.
void add_packages_of(const std::filesystem::path& prefix, std::vector<std::string>& folders) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(prefix / "lib", unreadable)) {
    const std::filesystem::path packages = entry.path() / "site-packages";
    if (entry.path().filename().string().starts_with("python3") &&
        std::filesystem::is_directory(packages, unreadable))
      folders.push_back(packages.string());
  }
}

}  // namespace

CuptiSurroundings cupti_surroundings() {
  CuptiSurroundings around;
  dl_iterate_phdr(note_path, &around.mapped);
  std::istringstream search_path(variable("LD_LIBRARY_PATH"));
  for (std::string folder; std::getline(search_path, folder, ':');) {
    if (!folder.empty()) around.search_path.push_back(folder);
  }
  for (const char* name : {"CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX"}) {
    if (const std::string folder = variable(name); folder.starts_with('/'))
      around.toolkits.push_back(folder);
  }
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const std::string folder = variable(name); folder.starts_with('/'))
      add_packages_of(folder, around.python_packages);
  }
  return around;
}

std::vector<std::string> cupti_candidates(int driver_version,
                                          const CuptiSurroundings& surroundings) {
  const auto packages = package_folders(surroundings);
  std::vector<std::string> paths;
  const int newest = driver_version == 0 ? kNewestMajor : driver_version / 1000;
  for (int major = newest; major >= kOldestMajor; --major) {
    const std::string name = fmt::format("libcupti.so.{}", major);
    const auto add_toolkit = [&](const std::string& toolkit) {
      for (const char* folder : {"lib64", "extras/CUPTI/lib64", "lib"})
        paths.push_back(fmt::format("{}/{}/{}", toolkit, folder, name));
    };
    for (const std::string& folder : surroundings.search_path)
      paths.push_back(fmt::format("{}/{}", folder, name));
    for (const std::string& toolkit : surroundings.toolkits) add_toolkit(toolkit);
    paths.push_back(name);
    add_toolkit("/usr/local/cuda");
    // Since CUDA 13 all of a toolkit's wheels share a folder.
    for (const std::string& folder : packages) {
      paths.push_back(fmt::format("{}/nvidia/cu{}/lib/{}", folder, major, name));
      paths.push_back(fmt::format("{}/nvidia/cuda_cupti/lib/{}", folder, name));
    }
  }
  return paths;
}

bool is_newer_than_driver(int cuda_major, int driver_version) {
  return cuda_major > 0 && driver_version > 0 && cuda_major > driver_version / 1000;
}

}  // namespace flopprof::capture
