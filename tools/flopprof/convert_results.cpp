#include "integrations/accuracy_logs/accuracy_log.h"
#include "profiler/store/run_file.h"
#include "profiler/to_accuracy/accuracy_curve.h"
#include "profiler/to_accuracy/target_result.h"
#include "tools/flopprof/convert_options.h"

namespace flopprof::tools {
namespace {

using to_accuracy::AccuracyCurve;
using to_accuracy::AccuracyPoint;
using to_accuracy::add_nominal;
using to_accuracy::check_same_model;
using to_accuracy::Convention;
using to_accuracy::CountsFrom;
using to_accuracy::level_named;
using to_accuracy::LogTraits;
using to_accuracy::name_of;
using to_accuracy::read_training;
using to_accuracy::result_of_log;
using to_accuracy::Scale;
using to_accuracy::Schedule;
using to_accuracy::StepUnit;
using to_accuracy::TargetError;
using to_accuracy::TargetResult;
using to_accuracy::TrainingRun;
using to_accuracy::work_to_step;

CountsFrom counts_from(std::optional<int> number) {
  if (!number) return CountsFrom::kUnknown;
  return *number == 0 ? CountsFrom::kZero : CountsFrom::kOne;
}

std::optional<StepUnit> step_unit_of(const std::string& name) {
  if (name.empty()) return {};
  return name == "epochs"   ? StepUnit::kEpochs
         : name == "images" ? StepUnit::kImages
                            : StepUnit::kUpdates;
}

std::optional<Scale> scale_asked(const std::string& name) {
  for (const Scale scale :
       {Scale::kPercent, Scale::kFraction, Scale::kErrorPercent, Scale::kErrorFraction}) {
    if (name == name_of(scale)) return scale;
  }
  return {};
}

Schedule schedule_of(const ConvertOptions& options, const std::optional<TrainingRun>& run) {
  Schedule schedule{.steps_per_epoch = options.steps_per_epoch,
                    .images_per_epoch = options.images_per_epoch,
                    .images_per_step = options.batch_size,
                    .epochs_from = counts_from(options.epochs_from),
                    .steps_from = counts_from(options.steps_from),
                    .step_unit = step_unit_of(options.step_unit)};
  if (run) schedule.steps_in_run = run->steps;
  return schedule;
}

TargetResult log_against_target(const ConvertOptions& options, const std::string& log,
                                const std::optional<TrainingRun>& run) {
  AccuracyCurve curve(options.target, options.tolerance);
  const accuracy_logs::LogRequest request{.metric = options.metric,
                                          .epoch_column = options.epoch_column,
                                          .step_column = options.step_column};
  const LogTraits traits = accuracy_logs::read_log(
      log, options.log_format, request, [&](const AccuracyPoint& point) { curve.add(point); });
  try {
    TargetResult result = result_of_log(curve, traits, options.target, options.tolerance,
                                        scale_asked(options.scale), schedule_of(options, run));
    result.log = log;
    return result;
  } catch (const std::runtime_error& error) {
    throw TargetError(log + ": " + error.what());
  }
}

void add_work(TargetResult& result, const store::Database& database, const TrainingRun& run) {
  result.run = run;
  if (!result.reached) return;
  if (!result.position->steps) {
    throw TargetError(
        result.log +
        " gives neither steps nor epochs at the target: the run's steps cannot be placed; name "
        "the column with --step-column or --epoch-column");
  }
  result.work = work_to_step(database, run, *result.position->steps);
  if (result.work->source == "none") {
    throw TargetError(run.path +
                      " has no FLOPs for its steps; `flopprof report` opens with the reason");
  }
  result.notes.push_back(
      "FLOPs are model FLOPs of the training steps; this run.db holds no GPU-seconds");
  if (result.work->steps_without_flops > 0) {
    result.notes.push_back(std::to_string(result.work->steps_without_flops) +
                           " of the steps have no FLOPs and are left out of the sum");
  }
}

}  // namespace

std::vector<TargetResult> results_of(const ConvertOptions& options) {
  std::vector<TargetResult> results;
  std::vector<store::Database> databases;
  std::vector<TrainingRun> runs;
  for (const std::string& path : options.runs) {
    databases.push_back(store::open_run(path));
    runs.push_back(read_training(databases.back(), path));
  }
  check_same_model(runs);
  for (std::size_t i = 0; i < options.logs.size(); ++i) {
    const auto run = runs.empty() ? std::nullopt : std::optional(runs[i]);
    TargetResult result = log_against_target(options, options.logs[i], run);
    if (run) add_work(result, databases[i], *run);
    if (options.nominal) add_nominal(result, *options.macs_per_image);
    results.push_back(std::move(result));
  }
  return results;
}

Convention convention_of(const ConvertOptions& options) {
  if (!options.convention.empty())
    return options.convention == "flop" ? Convention::kFlop : Convention::kMac;
  return options.level.empty() || !options.own_level.empty()
             ? Convention::kMac
             : level_named(options.level).convention;
}

}  // namespace flopprof::tools
