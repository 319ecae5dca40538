#include "profiler/doctor/look.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

#include "profiler/capture/cupti_places.h"

namespace flopprof::doctor {
namespace {

namespace fs = std::filesystem;

std::string text_in(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Number>
std::optional<Number> number_after(const std::string& text, std::string_view mark, int base) {
  std::size_t at = text.find(mark);
  if (at == std::string::npos) return std::nullopt;
  at = text.find_first_not_of(" \t", at + mark.size());
  if (at == std::string::npos) return std::nullopt;
  Number number{};
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data() + at, end, number, base).ec != std::errc()) return std::nullopt;
  return number;
}

std::vector<std::string> programs_in(const fs::path& proc) {
  std::set<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(proc, unreadable)) {
    const std::string pid = entry.path().filename();
    if (!std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    std::string name = text_in(entry.path() / "comm");
    while (!name.empty() && name.back() == '\n') name.pop_back();
    if (!name.empty()) names.insert(name);
  }
  return {names.begin(), names.end()};
}

/// An instance is a folder gpu<N>/mig/gi<M> of the kernel module's.
bool has_mig_instances(const fs::path& capabilities) {
  std::error_code unreadable;
  for (const auto& gpu : fs::directory_iterator(capabilities, unreadable)) {
    for (const auto& entry : fs::directory_iterator(gpu.path() / "mig", unreadable)) {
      if (entry.path().filename().string().starts_with("gi")) return true;
    }
  }
  return false;
}

/// "NVIDIA UNIX x86_64 Kernel Module  535.104.05  …" or "… Open Kernel Module for x86_64  580.95.05
/// …".
std::optional<int> branch_in(const std::string& version) {
  const std::size_t name = version.find("Kernel Module");
  if (name == std::string::npos) return std::nullopt;
  return number_after<int>(version.substr(name), "  ", 10);
}

void look_at_kernel_module(const fs::path& proc, Machine& machine) {
  const fs::path nvidia = proc / "driver/nvidia";
  const auto admin_only =
      number_after<int>(text_in(nvidia / "params"), "RmProfilingAdminOnly:", 10);
  if (admin_only) machine.counters_for_admins_only = *admin_only != 0;
  machine.driver_branch = branch_in(text_in(nvidia / "version"));
  machine.has_mig_instances = has_mig_instances(nvidia / "capabilities");
}

void look_at_folder(const fs::path& folder, Machine& machine) {
  machine.folder = folder;
  machine.folder_can_be_written = access(folder.c_str(), W_OK | X_OK) == 0;
  struct statvfs space{};
  if (statvfs(folder.c_str(), &space) == 0)
    machine.folder_free_bytes = space.f_bavail * space.f_frsize;
}

}  // namespace

Machine look(const Places& places) {
  Machine machine{.driver = capture::probe_driver(places.driver), .prefix = places.prefix};
  capture::CuptiSurroundings around = capture::cupti_surroundings();
  around.python_packages.insert(around.python_packages.end(), places.python_packages.begin(),
                                places.python_packages.end());
  const int driver = machine.driver.cuda_version;
  machine.cupti = capture::probe_cupti(
      places.cupti.empty() ? capture::cupti_candidates(driver, around) : places.cupti, driver);
  if (!machine.driver.devices.empty()) machine.gpm = capture::probe_gpm(places.management);
  const fs::path proc = places.root / "proc";
  look_at_kernel_module(proc, machine);
  machine.capabilities =
      number_after<std::uint64_t>(text_in(proc / "self/status"), "CapEff:", 16).value_or(0);
  machine.programs = programs_in(proc);
  for (const char* file : {"lib/libflopprof.so", "lib/libflopprof_preload.so",
                           "share/flopprof/hook/sitecustomize.py"}) {
    if (!fs::exists(places.prefix / file)) machine.missing_files.emplace_back(file);
  }
  look_at_folder(places.folder, machine);
  return machine;
}

}  // namespace flopprof::doctor
