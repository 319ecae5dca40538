#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "tests/support/sample_run.h"

namespace flopprof::testing {

/// What a rank's file is told apart by.
struct RankRun {
  std::int64_t rank = 0;
  std::int64_t size = 4;
  std::string world = "Slurm 77.0";
  std::string run_id = "";  ///< empty: one of its own
  std::string command = R"(["python","train.py"])";
  std::string ended = "exited";
  std::int64_t status = 0;
  std::string gpu = "";  ///< its UUID; empty: none
};

/// A file of one rank: process 1 made two steps, of `rank` + 1 and 1 FLOPs, in an operator that is
/// text 2 on even ranks and text 3 on odd ones.
inline void make_rank_run(const std::filesystem::path& path, const RankRun& rank) {
  store::Database run = store::create_run(
      path,
      {.run_id = rank.run_id.empty() ? "run of " + std::to_string(rank.rank) : rank.run_id,
       .command = {"python", "train.py"},
       .directory = "/jobs",
       .host = fmt::format("node{}", rank.rank),
       .started_at_ns = kSampleBegan + rank.rank},
      0);
  const std::int64_t op = 2 + rank.rank % 2;
  run.execute(fmt::format(
      "INSERT INTO process VALUES (1, {0}, 1, 99, 'node{1}', '{2}', {3}, {4}, {4}, {1}, 0, {5},"
      " {6}, '2.5.0', 'CPU', 'optimizer', 0, 0, 7);"
      "INSERT INTO StringIds VALUES (1, ''), ({7}, 'aten::mm'), ({8}, 'of rank {1}');"
      "INSERT INTO step VALUES (1, 0, 0, 0, {9}, {10}, 7), (1, 1, 0, 1000, 1000, 1, 7);"
      "INSERT INTO op_work VALUES (1, 0, 'forward', 1, {7}, 0, 2, 0, {10} + 1, 0, 5);"
      "INSERT INTO fault VALUES (1, 'odd', 1, 5, 'of one', ''), (0, 'late', 2, {3}, 'told', '')",
      1000 + rank.rank, rank.rank, rank.command, kSampleBegan, kSampleBegan + 1'000'000 + rank.rank,
      rank.size, rank.world.empty() ? "NULL" : "'" + rank.world + "'", op, 5 - op,
      1000 + 100 * rank.rank, rank.rank + 1));
  if (!rank.gpu.empty()) {
    run.execute(fmt::format(
        "INSERT INTO gpu_device VALUES (1, 0, 'Example GPU', '{}');"
        "INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES"
        " (1, 0, 0, 1, 100, 100), (1, 1, 0, 1, 100, 100)",
        rank.gpu));
  }
  if (!rank.ended.empty()) {
    store::end_run(run, kSampleBegan + 2'000'000 + rank.rank, rank.ended, rank.status);
  }
}

}  // namespace flopprof::testing
