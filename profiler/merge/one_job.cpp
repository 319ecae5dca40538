#include "profiler/merge/one_job.h"

#include <fmt/format.h>

#include <algorithm>

namespace flopprof::merge {
namespace {

std::string name_of(const Part& part) { return part.given.string(); }

std::string worlds_of(const Part& part) {
  std::string text;
  for (const auto& [world, size] : part.world_sizes) {
    text += fmt::format("{}{} ({} ranks)", text.empty() ? "" : ", ", world, size);
  }
  return text;
}

bool share_a_world(const Part& a, const Part& b) {
  return std::any_of(a.world_sizes.begin(), a.world_sizes.end(),
                     [&](const auto& world) { return b.world_sizes.contains(world.first); });
}

void check_world(const Part& a, const Part& b) {
  if (!share_a_world(a, b)) {
    throw NotOneJob(
        fmt::format("{} and {} are of different jobs: the worlds of their ranks are {} and {}; "
                    "`flopprof diff` compares runs",
                    name_of(a), name_of(b), worlds_of(a), worlds_of(b)));
  }
  for (const auto& [world, size] : a.world_sizes) {
    const auto other = b.world_sizes.find(world);
    if (other == b.world_sizes.end() || other->second == size) continue;
    throw NotOneJob(
        fmt::format("{} and {} are of different jobs: world {} has {} ranks in one and "
                    "{} in the other",
                    name_of(a), name_of(b), world, size, other->second));
  }
}

void check_ranks(const Part& a, const Part& b) {
  for (const auto& [world, rank] : a.ranks) {
    if (!b.ranks.contains({world, rank})) continue;
    throw NotOneJob(fmt::format("rank {} of world {} is in {} and in {}; give each rank once", rank,
                                world, name_of(a), name_of(b)));
  }
}

void check_commands(const Part& a, const Part& b) {
  const auto in_b = [&](const std::string& command) { return b.commands.contains(command); };
  if (std::any_of(a.commands.begin(), a.commands.end(), in_b)) return;
  throw NotOneJob(
      fmt::format("{} and {} are of different jobs: they ran {} and {}; --any-command "
                  "merges the ranks of one world whatever they ran",
                  name_of(a), name_of(b), *a.commands.begin(), *b.commands.begin()));
}

}  // namespace

void check_one_job(const std::vector<Part>& parts, Commands commands) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& b = parts[i];
    const auto alike = [&](const Part& a) { return a.run_id == b.run_id || a.processes == 0; };
    const auto earlier_end = parts.begin() + static_cast<std::ptrdiff_t>(i);
    if (b.processes > 0 && b.ranks.empty() && !std::all_of(parts.begin(), parts.end(), alike)) {
      throw NotOneJob(
          fmt::format("{} holds no rank: none of its processes was told one (RANK, "
                      "OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID) of a world of "
                      "several; `flopprof diff` compares runs",
                      name_of(b)));
    }
    std::for_each(parts.begin(), earlier_end, [&](const Part& a) { check_ranks(a, b); });
    const auto a = std::find_if(parts.begin(), earlier_end,
                                [](const Part& part) { return !part.ranks.empty(); });
    if (a == earlier_end || b.ranks.empty()) continue;
    check_world(*a, b);
    if (commands == Commands::kSame) check_commands(*a, b);
  }
}

}  // namespace flopprof::merge
