#include "profiler/capture/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace flopprof::capture {
namespace {

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

bool has_entry(std::string_view list, std::string_view entry, std::string_view separators) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(separators), list.size());
    if (list.substr(0, end) == entry) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::string preload_after(const std::string& theirs, const std::string& ours) {
  if (theirs.empty()) return ours;
  return has_entry(theirs, ours, ": ") ? theirs : theirs + ":" + ours;
}

std::string hook_before(const std::string& theirs, const std::string& ours) {
  if (theirs.empty()) return ours;
  const bool is_first = theirs == ours || theirs.compare(0, ours.size() + 1, ours + ":") == 0;
  return is_first ? theirs : ours + ":" + theirs;
}

void set_or_unset(AttachedEnvironment& change, const Environment& current, const std::string& name,
                  const std::string& value) {
  if (!value.empty()) {
    change.set[name] = value;
  } else if (current.contains(name)) {
    change.unset.push_back(name);
  }
}

/// One process can have one library injected; the one that was there first keeps its place.
void inject(AttachedEnvironment& change, const Environment& current, const std::string& name,
            const std::string& library) {
  const std::string taken = value_of(current, name);
  if (taken.empty() || taken == library) {
    change.set[name] = library;
    return;
  }
  change.faults.push_back(
      {.what = "injection taken",
       .detail = fmt::format("{} is {}", name, taken),
       .remedy = fmt::format("unset {} to let flopprof see what it names", name)});
}

}  // namespace

bool fits_in_search_paths(const std::filesystem::path& prefix) {
  return prefix.native().find_first_of(": ") == std::string::npos;
}

AttachedEnvironment attached_environment(const std::filesystem::path& prefix,
                                         const std::filesystem::path& search_prefix,
                                         const AttachOptions& options, const Environment& current) {
  AttachedEnvironment change;
  change.set["FLOPPROF_RUN"] = options.run_path;
  change.set["FLOPPROF_RUN_ID"] = options.run_id;
  change.set["FLOPPROF_BUDGET"] = fmt::format("{}", options.overhead_budget);
  change.set["FLOPPROF_EVERY"] = fmt::format("{}", options.every_steps);
  set_or_unset(change, current, "FLOPPROF_STEP_RANGE", options.step_range);
  set_or_unset(change, current, "FLOPPROF_TRACE_STEPS", options.trace_steps);
  set_or_unset(change, current, "FLOPPROF_FORMULAS", options.formulas_path);
  set_or_unset(change, current, "FLOPPROF_LAYERS", options.layers ? "1" : "");
  set_or_unset(change, current, "FLOPPROF_FAULTS", options.faults_path);
  change.set["LD_PRELOAD"] =
      preload_after(value_of(current, "LD_PRELOAD"), search_prefix / "lib/libflopprof_preload.so");
  change.set["PYTHONPATH"] =
      hook_before(value_of(current, "PYTHONPATH"), search_prefix / "share/flopprof/hook");
  const std::string collector = prefix / "lib/libflopprof.so";
  inject(change, current, "CUDA_INJECTION64_PATH", collector);
  if (!options.step_range.empty()) inject(change, current, "NVTX_INJECTION64_PATH", collector);
  return change;
}

Environment with_change(Environment current, const AttachedEnvironment& change) {
  for (const std::string& name : change.unset) current.erase(name);
  for (const auto& [name, value] : change.set) current[name] = value;
  return current;
}

}  // namespace flopprof::capture
