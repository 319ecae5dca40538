#include "profiler/to_accuracy/target_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "profiler/store/run_file.h"
#include "profiler/to_accuracy/target_position.h"

namespace flopprof::to_accuracy {
namespace {

void describe(const store::Database& run, TrainingRun& training) {
  store::Statement about = run.prepare("SELECT command, host, flopprof_version FROM run");
  about.step();
  training.command = about.text(0);
  training.host = about.text(1);
  training.flopprof_version = about.text(2);
  store::Statement process = run.prepare(
      "SELECT group_concat(DISTINCT cpu_name), group_concat(DISTINCT libtorch), count(*) FROM "
      "process p"
      " WHERE coalesce(world, 'process ' || id) = ?"
      " AND EXISTS (SELECT 1 FROM step WHERE process = p.id)");
  process.bind(0, training.world).step();
  training.hardware = process.text(0);
  training.libtorch = process.text(1);
  training.ranks = process.integer(2);
}

/// Every world that steps, its last row of step_running_total: the most steps first.
std::string world_of_training(const store::Database& run, TrainingRun& training) {
  store::Statement worlds = run.prepare(
      "SELECT world, max(steps) AS n, model_flops FROM step_running_total GROUP BY world ORDER BY "
      "n DESC, world");
  while (worlds.step()) {
    const Flops flops = Flops::of_digits(worlds.text(2));
    if (training.steps == 0) {
      training.world = worlds.text(0);
      training.steps = worlds.integer(1);
      training.flops = flops;
      continue;
    }
    training.excluded.push_back(
        {fmt::format("steps of {} ({})", worlds.text(0), worlds.integer(1)), flops});
  }
  return training.world;
}

void leave_out_other_phases(const store::Database& run, TrainingRun& training) {
  store::Statement phases = run.prepare(
      "SELECT phase, model_flops FROM phase_total WHERE phase IN ('evaluation', 'other')");
  while (phases.step()) {
    const bool evaluation = phases.text(0) == "evaluation";
    training.excluded.push_back({evaluation ? "evaluation" : "other work (outside the steps)",
                                 Flops::of_digits(phases.text(1))});
  }
}

void read_faults(const store::Database& run, TrainingRun& training) {
  store::Statement faults = run.prepare("SELECT what, count, detail FROM fault ORDER BY since_ns");
  while (faults.step()) {
    training.faults.push_back(
        fmt::format("{} ({}x): {}", faults.text(0), faults.integer(1), faults.text(2)));
  }
  if (run.prepare("SELECT 1 FROM run WHERE ended IS NULL").step()) {
    training.faults.push_back("the run has no end: it is still going, or was killed");
  }
}

void read_model(const store::Database& run, TrainingRun& training) {
  store::Statement operators =
      run.prepare("SELECT op FROM op_total WHERE calls > 0 AND model_flops <> 0 ORDER BY op");
  while (operators.step()) training.operators.emplace_back(operators.text(0));
  store::Statement median = run.prepare(
      "SELECT CAST(model_flops AS REAL) FROM step_total WHERE world = ? AND model_flops IS NOT NULL"
      " ORDER BY 1 LIMIT 1 OFFSET (SELECT count(*) / 2 FROM step_total WHERE world = ? AND "
      "model_flops IS NOT NULL)");
  if (median.bind(0, training.world).bind(1, training.world).step())
    training.median_step_flops = median.real(0);
}

}  // namespace

TrainingRun read_training(const store::Database& run, const std::filesystem::path& path) {
  TrainingRun training{.path = path.string()};
  if (world_of_training(run, training).empty()) {
    throw TargetError(training.path +
                      " has no training steps: no optimiser update was seen; `flopprof report` "
                      "opens with the reason");
  }
  describe(run, training);
  leave_out_other_phases(run, training);
  read_faults(run, training);
  read_model(run, training);
  return training;
}

WorkToStep work_to_step(const store::Database& run, const TrainingRun& training,
                        std::int64_t steps) {
  // Files of schema 1 know nothing of GPUs.
  const char* gpu = store::schema_version(run) < store::kFirstSchemaWithGpu
                        ? "NULL, 0"
                        : "gpu_ns, steps_without_gpu_time";
  store::Statement row =
      run.prepare(fmt::format("SELECT model_flops, model_flops_min, model_flops_max, source,"
                              " steps_without_flops, wall_ns, {}"
                              " FROM step_running_total WHERE world = ? AND steps = ?",
                              gpu));
  if (!row.bind(0, training.world).bind(1, steps).step()) {
    throw TargetError(
        fmt::format("{} has {} training steps, not {}", training.path, training.steps, steps));
  }
  const bool has_gpu = !row.is_null(6);
  return {.flops = Flops::of_digits(row.text(0)),
          .flops_min = Flops::of_digits(row.text(1)),
          .flops_max = Flops::of_digits(row.text(2)),
          .source = std::string(row.text(3)),
          .steps_without_flops = row.integer(4),
          .wall_seconds = static_cast<double>(row.integer(5)) / 1e9,
          .gpu_seconds =
              has_gpu ? std::optional(static_cast<double>(row.integer(6)) / 1e9) : std::nullopt,
          .steps_without_gpu_time = has_gpu ? row.integer(7) : 0};
}

void check_same_model(const std::vector<TrainingRun>& runs) {
  for (const TrainingRun& other : runs) {
    const TrainingRun& one = runs.front();
    std::vector<std::string> differing;
    std::set_symmetric_difference(one.operators.begin(), one.operators.end(),
                                  other.operators.begin(), other.operators.end(),
                                  std::back_inserter(differing));
    if (!differing.empty()) {
      throw TargetError(fmt::format("{} and {} are no seeds of one model: only one of them has {}",
                                    one.path, other.path, differing.front()));
    }
    // A data-dependent model's steps vary a little; another width, depth or batch size shows as
    // more.
    if (std::abs(one.median_step_flops - other.median_step_flops) > 0.01 * one.median_step_flops) {
      throw TargetError(
          fmt::format("{} and {} are no seeds of one model: a step has {:.6g} FLOPs in one, {:.6g} "
                      "in the other",
                      one.path, other.path, one.median_step_flops, other.median_step_flops));
    }
  }
}

}  // namespace flopprof::to_accuracy
