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

/// What stands in the braces of %q{NAME}, of which `rest` begins with q.
std::string variable(const std::string& output, std::string_view rest) {
  const std::size_t end = rest.find('}');
  if (!rest.starts_with("q{") || end == std::string_view::npos)
    refuse(output, "write %q{NAME} for the variable NAME");
  const std::string name(rest.substr(2, end - 2));
  const capture::Environment variables = current_environment();
  const auto found = variables.find(name);
  if (found == variables.end()) refuse(output, fmt::format("the variable {} is not set", name));
  return found->second;
}

std::string expanded(const std::string& output) {
  std::string path;
  for (std::size_t at = 0; at < output.size(); ++at) {
    if (output[at] != '%') {
      path += output[at];
      continue;
    }
    const std::string_view rest = std::string_view(output).substr(at + 1);
    switch (rest.empty() ? '\0' : rest.front()) {
      case 'r':
        path += own_rank(output);
        break;
      case 'h':
        path += store::this_host();
        break;
      case 'p':
        path += std::to_string(getpid());
        break;
      case 'q':
        path += variable(output, rest);
        at += rest.find('}');
        break;
      case '%':
        path += '%';
        break;
      default:
        refuse(output, "%r is the rank, %h the host, %p our pid, %q{NAME} a variable and %% a %");
    }
    ++at;
  }
  return path;
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
