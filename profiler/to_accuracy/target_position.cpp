#include "profiler/to_accuracy/target_position.h"

#include <fmt/format.h>

#include <cmath>

namespace flopprof::to_accuracy {
namespace {

/// No training run has so many epochs; MLPerf logs do write sample counts as `epoch_num`.
constexpr double kMostEpochs = 10000;

/// The first epoch's hours are those of a whole epoch: it had been trained when it was evaluated.
bool first_epoch_took_an_epoch(const AccuracyCurve& curve) {
  const AccuracyPoint& first = curve.first();
  const auto& second = curve.second();
  if (!second || !first.hours || !second->hours || !second->epoch) return true;
  const double epochs = *second->epoch - *first.epoch;
  return epochs > 0 && *first.hours >= 0.5 * (*second->hours - *first.hours) / epochs;
}

CountsFrom epochs_from(const AccuracyCurve& curve, const LogTraits& log, const Schedule& schedule,
                       std::vector<std::string>& notes) {
  if (schedule.epochs_from != CountsFrom::kUnknown) return schedule.epochs_from;
  if (log.epochs_from == CountsFrom::kZero) {
    notes.push_back("epochs are counted from 0 in " + log.format +
                    ": epoch n is n+1 completed epochs");
  }
  if (log.epochs_from != CountsFrom::kUnknown) return log.epochs_from;
  if (!curve.first().epoch || *curve.first().epoch >= 1) {
    notes.push_back("the log's epochs are taken as completed epochs (counted from 1)");
    return CountsFrom::kOne;
  }
  if (curve.has_fractional_epochs() || !first_epoch_took_an_epoch(curve)) {
    notes.push_back("the log's epochs are completed epochs; its epoch 0 is the untrained network");
    return CountsFrom::kOne;
  }
  notes.push_back(
      "the log counts epochs from 0: epoch n is taken as n+1 completed epochs (--epochs-from 1 if "
      "not)");
  return CountsFrom::kZero;
}

/// In completed epochs, whatever the log counts.
std::optional<double> completed_epochs(std::optional<double> log_epoch, CountsFrom from) {
  if (log_epoch && from == CountsFrom::kZero) return *log_epoch + 1;
  return log_epoch;
}

CountsFrom steps_from(const AccuracyCurve& curve, const LogTraits& log, const Schedule& schedule,
                      std::vector<std::string>& notes) {
  if (schedule.steps_from != CountsFrom::kUnknown) return schedule.steps_from;
  const bool ends_one_short = schedule.steps_in_run && curve.last().step &&
                              *curve.last().step + 1 == static_cast<double>(*schedule.steps_in_run);
  if (log.steps_from == CountsFrom::kZero ||
      (log.steps_from == CountsFrom::kUnknown && ends_one_short)) {
    notes.push_back("the log counts steps from 0: step n is n+1 completed steps");
    return CountsFrom::kZero;
  }
  notes.push_back("the log's steps are taken as completed optimiser steps");
  return CountsFrom::kOne;
}

/// How many optimiser steps an epoch has, and how that is known.
std::optional<double> steps_per_epoch(std::optional<double> last_epoch, const LogTraits& log,
                                      const Schedule& schedule, std::vector<std::string>& notes) {
  if (schedule.steps_per_epoch) return schedule.steps_per_epoch;
  if (schedule.images_per_epoch && schedule.images_per_step) {
    const double steps = std::ceil(*schedule.images_per_epoch / *schedule.images_per_step);
    notes.push_back(fmt::format("{} steps an epoch: {} images in batches of {}", steps,
                                *schedule.images_per_epoch, *schedule.images_per_step));
    return steps;
  }
  const auto in_run = schedule.steps_in_run;
  if (log.batches_per_epoch &&
      (!in_run || !last_epoch ||
       *log.batches_per_epoch * *last_epoch <= static_cast<double>(*in_run))) {
    notes.push_back(
        fmt::format("{} steps an epoch: the batches that the log shows, one update each",
                    *log.batches_per_epoch));
    return log.batches_per_epoch;
  }
  if (!in_run || !last_epoch || *last_epoch <= 0) return {};
  const double steps = static_cast<double>(*in_run) / *last_epoch;
  notes.push_back(fmt::format(
      "{:.6g} steps an epoch: the run's {} steps over the log's {} epochs, taking the log to end "
      "where the run does (--steps-per-epoch if not)",
      steps, *in_run, *last_epoch));
  return steps;
}

struct Counted {
  std::optional<double> epoch;
  std::optional<double> images;
  std::optional<double> step;
};

/// A log's counters may hold anything; beyond this no training goes.
constexpr double kMostCounted = 1e15;

void check_counts(const Counted& counts, std::int64_t line) {
  for (const auto& count : {counts.epoch, counts.images, counts.step}) {
    if (!count || (*count >= 0 && *count <= kMostCounted)) continue;
    throw TargetError(
        fmt::format("line {}: {} is no count of epochs, steps or images; name the right column "
                    "with --epoch-column or --step-column",
                    line, *count));
  }
}

void check_within_run(const Position& position, const Schedule& schedule) {
  if (!schedule.steps_in_run || !position.steps || *position.steps <= *schedule.steps_in_run)
    return;
  throw TargetError(
      fmt::format("the log reached the target at step {}, but the run has {} steps: another run's "
                  "log, a run that was cut short, or "
                  "batches where updates were meant; give --steps-per-epoch or --step-unit",
                  *position.steps, *schedule.steps_in_run));
}

/// What the point's numbers count, once sample counts and step units are told apart.
Counted counted(const AccuracyPoint& point, const AccuracyCurve& curve, const LogTraits& log,
                const Schedule& schedule) {
  Counted counts{.epoch = point.epoch, .images = point.images, .step = point.step};
  if (curve.highest_epoch() > kMostEpochs) {
    if (!counts.images) counts.images = counts.epoch;
    counts.epoch.reset();
  }
  const StepUnit unit = schedule.step_unit.value_or(log.step_unit);
  if (unit == StepUnit::kUpdates) return counts;
  if (unit == StepUnit::kEpochs && !counts.epoch) counts.epoch = counts.step;
  if (unit == StepUnit::kImages && !counts.images) counts.images = counts.step;
  counts.step.reset();
  return counts;
}

void place_epochs(Position& position, const Counted& counts, CountsFrom from,
                  std::optional<double> images_per_epoch) {
  position.log_epoch = counts.epoch;
  position.epochs = completed_epochs(counts.epoch, from);
  position.images = counts.images;
  if (!position.epochs && position.images && images_per_epoch) {
    position.epochs = *position.images / *images_per_epoch;
  }
}

void place_images(Position& position, std::optional<double> images_per_epoch,
                  std::optional<double> images_per_step) {
  if (position.images) return;
  if (position.epochs && images_per_epoch) {
    position.images = *position.epochs * *images_per_epoch;
  } else if (position.steps && images_per_step) {
    position.images = static_cast<double>(*position.steps) * *images_per_step;
  } else {
    position.notes.push_back(
        "images to the target are not known: give --images-per-epoch or --batch-size");
  }
}

/// Whole steps: an epoch ends with its last batch.
std::int64_t whole_steps(double steps) {
  if (!(steps <= kMostCounted))
    throw TargetError(fmt::format("{} steps: no training is that long", steps));
  return std::llround(std::ceil(steps - 1e-6));
}

}  // namespace

Position position_of(const AccuracyPoint& point, const AccuracyCurve& curve, const LogTraits& log,
                     const Schedule& schedule) {
  Position position;
  auto& notes = position.notes;
  const Counted counts = counted(point, curve, log, schedule);
  check_counts(counts, point.line);
  if (curve.highest_epoch() > kMostEpochs) {
    notes.push_back(fmt::format("the log's epochs run to {:.0f}: sample counts, taken as such",
                                curve.highest_epoch()));
  }
  const auto images_per_epoch =
      schedule.images_per_epoch ? schedule.images_per_epoch : log.images_per_epoch;
  const auto images_per_step =
      schedule.images_per_step ? schedule.images_per_step : log.images_per_step;
  const CountsFrom from =
      counts.epoch ? epochs_from(curve, log, schedule, notes) : CountsFrom::kOne;
  place_epochs(position, counts, from, images_per_epoch);
  if (counts.step) {
    const bool from_zero = steps_from(curve, log, schedule, notes) == CountsFrom::kZero;
    position.steps = std::llround(*counts.step) + (from_zero ? 1 : 0);
  } else if (counts.images && images_per_step) {
    position.steps = whole_steps(*counts.images / *images_per_step);
  } else if (position.epochs) {
    const auto last_epoch =
        completed_epochs(counted(curve.last(), curve, log, schedule).epoch, from);
    const auto per_epoch = steps_per_epoch(last_epoch, log, schedule, notes);
    if (per_epoch) position.steps = whole_steps(*position.epochs * *per_epoch);
  }
  if (!position.epochs && position.steps && schedule.steps_per_epoch) {
    position.epochs = static_cast<double>(*position.steps) / *schedule.steps_per_epoch;
  }
  place_images(position, images_per_epoch, images_per_step);
  check_within_run(position, schedule);
  return position;
}

}  // namespace flopprof::to_accuracy
