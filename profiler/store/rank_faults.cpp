#include "profiler/store/rank_faults.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "profiler/record/rank_list.h"

namespace flopprof::store {
namespace {

Fault missing(const World& world, const std::vector<std::int64_t>& ranks, std::int64_t since_ns) {
  return {.what = "ranks missing",
          .count = static_cast<std::int64_t>(ranks.size()),
          .since_ns = since_ns,
          .detail = fmt::format("{} of the {} of world {} left nothing here; totals are without",
                                rank_list(ranks), world.size, world.name),
          .remedy =
              "merge the files of all ranks: `flopprof merge`; a rank that has none was not "
              "attached, or could not write it"};
}

/// The number of steps that most ranks made; of two such, the larger.
std::int64_t usual_steps(const World& world) {
  std::map<std::int64_t, std::int64_t> ranks_by_steps;
  for (const WorldRank& rank : world.ranks) ++ranks_by_steps[rank.steps];
  std::pair<std::int64_t, std::int64_t> usual;
  for (const auto& [steps, ranks] : ranks_by_steps) {
    if (ranks >= usual.second) usual = {steps, ranks};
  }
  return usual.first;
}

std::string usual_source(const World& world, std::int64_t usual) {
  for (const WorldRank& rank : world.ranks) {
    if (rank.steps == usual) return rank.step_source;
  }
  return {};
}

std::string reason(const WorldRank& rank, std::int64_t usual, const std::string& source) {
  if (rank.ended == "killed") return "killed before its end";
  if (rank.steps == 0) return "attached, but none of its steps was seen";
  if (rank.step_source != source) {
    return fmt::format("told apart by {}, those of most ranks by {}", rank.step_source, source);
  }
  if (source == "period") return "found by the period of launches, by each rank for itself";
  return rank.steps < usual
             ? "it ended by itself after fewer updates: uneven data, or it skipped some"
             : "it went on for more updates: uneven data, or most skipped some";
}

std::optional<Fault> disagreement(const World& world, std::int64_t since_ns) {
  const std::int64_t usual = usual_steps(world);
  const std::string source = usual_source(world, usual);
  std::map<std::pair<std::int64_t, std::string>, std::vector<std::int64_t>> others;
  std::int64_t count = 0;
  for (const WorldRank& rank : world.ranks) {
    if (rank.steps == usual) continue;
    others[{rank.steps, reason(rank, usual, source)}].push_back(rank.rank);
    ++count;
  }
  if (count == 0) return std::nullopt;
  std::string detail =
      fmt::format("{} of {} ranks made {} steps",
                  world.ranks.size() - static_cast<std::size_t>(count), world.ranks.size(), usual);
  constexpr std::size_t kMostTold = 8;
  std::size_t told = 0;
  for (const auto& [steps_and_why, ranks] : others) {
    if (++told > kMostTold) break;
    detail +=
        fmt::format("; {}: {} ({})", rank_list(ranks), steps_and_why.first, steps_and_why.second);
  }
  if (others.size() > kMostTold) detail += fmt::format("; and {} more", others.size() - kMostTold);
  return Fault{.what = "ranks disagree on steps",
               .count = count,
               .since_ns = since_ns,
               .detail = detail,
               .remedy =
                   "compare steps that all ranks made: a step that some did not is summed over the "
                   "others alone; `flopprof report --by rank` has each rank's"};
}

}  // namespace

std::vector<Fault> rank_faults(const RunOverview& run) {
  std::vector<Fault> faults;
  if (run.ended == "running") return faults;
  for (const World& world : run.worlds) {
    const std::vector<std::int64_t> absent = missing_ranks(world);
    if (!absent.empty()) faults.push_back(missing(world, absent, run.started_at_ns));
    if (auto fault = disagreement(world, run.started_at_ns)) faults.push_back(std::move(*fault));
  }
  return faults;
}

}  // namespace flopprof::store
