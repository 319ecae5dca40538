#include "tools/flopprof/run_path.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "profiler/capture/config.h"
#include "profiler/store/liveness.h"
#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

[[noreturn]] void refuse(const std::string& output, const std::string& why) {
  throw ExitWith{2, fmt::format("-o {}: {}", output, why)};
}

std::string own_rank(const std::string& output) {
  const auto rank = capture::read_config().place.rank;
  if (rank) return std::to_string(*rank);
  refuse(output,
         "%r needs a rank, and this process has none (RANK, OMPI_COMM_WORLD_RANK, PMI_RANK, "
         "SLURM_PROCID inside srun); %h is the host, %p our pid");
}

/// What some letters after a % stand for, and how many these are.
struct Meaning {
  std::string text;
  std::size_t length = 1;
};

Meaning variable(const std::string& output, std::string_view rest) {
  const std::size_t end = rest.find('}');
  if (!rest.starts_with("q{") || end == std::string_view::npos)
    refuse(output, "write %q{NAME} for the variable NAME");
  const std::string name(rest.substr(2, end - 2));
  const capture::Environment variables = current_environment();
  const auto found = variables.find(name);
  if (found == variables.end()) refuse(output, fmt::format("the variable {} is not set", name));
  return {found->second, end + 1};
}

Meaning meaning(const std::string& output, std::string_view rest) {
  switch (rest.empty() ? '\0' : rest.front()) {
    case 'r':
      return {own_rank(output)};
    case 'h':
      return {store::this_host()};
    case 'p':
      return {std::to_string(getpid())};
    case 'q':
      return variable(output, rest);
    case '%':
      return {"%"};
    default:
      refuse(output, "%r is the rank, %h the host, %p our pid, %q{NAME} a variable and %% a %");
  }
}

std::string expanded(const std::string& output) {
  std::string path;
  std::string_view rest = output;
  for (std::size_t percent = 0; (percent = rest.find('%')) != std::string_view::npos;) {
    path += rest.substr(0, percent);
    rest.remove_prefix(percent + 1);
    const Meaning found = meaning(output, rest);
    path += found.text;
    rest.remove_prefix(found.length);
  }
  return path.append(rest);
}

}  // namespace

std::string rank_path(const std::string& output, std::int64_t rank) {
  std::filesystem::path path = output;
  const std::string extension = path.extension();
  path.replace_extension();
  return fmt::format("{}.rank{}{}", path.string(), rank, extension);
}

std::optional<RankFile> rank_file(const std::string& output) {
  const capture::RankPlace place = capture::read_config().place;
  if (place.world.empty() || output.find('%') != std::string::npos) return std::nullopt;
  return RankFile{.merged = output, .rank = *place.rank, .world_size = *place.world_size};
}

std::string own_run_path(const std::string& output) {
  if (const auto file = rank_file(output)) return rank_path(output, file->rank);
  return expanded(output);
}

}  // namespace flopprof::tools
