#include "profiler/to_accuracy/target_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace flopprof::to_accuracy {
namespace {

void note_the_curve(const AccuracyCurve& curve, std::vector<std::string>& notes) {
  if (curve.not_a_number() > 0) {
    notes.push_back(
        fmt::format("{} evaluations are not a number and were left out, the first at line {}",
                    curve.not_a_number(), curve.first_not_a_number_line()));
  }
  if (curve.goes_back_at_line() > 0) {
    notes.push_back(fmt::format(
        "epochs go back at line {}: a resumed or appended run; the first point in the file counts",
        curve.goes_back_at_line()));
  }
}

void note_the_crossing(const Crossing& crossing, double percent, Scale scale,
                       std::vector<std::string>& notes) {
  if (percent_of(crossing.point.value, scale) < percent - 1e-7) {
    notes.push_back(fmt::format("reached within the tolerance asked for: {:.6g} against {:.6g}",
                                percent_of(crossing.point.value, scale), percent));
  }
  if (crosses_at_learning_rate_step(crossing)) {
    notes.push_back(
        fmt::format("the target was crossed exactly at a learning-rate step ({} to {}): the "
                    "schedule decided the "
                    "epoch, not the model",
                    *crossing.before->learning_rate, *crossing.point.learning_rate));
  }
  if (crossing.before && crossing.before->epoch && crossing.point.epoch &&
      *crossing.point.epoch - *crossing.before->epoch > 1) {
    notes.push_back(
        fmt::format("evaluated at epochs {:.6g} and {:.6g} of the log, not between: an upper bound",
                    *crossing.before->epoch, *crossing.point.epoch));
  }
}

void draw(TargetResult& result, const AccuracyCurve& curve, Scale scale) {
  const bool epochs = result.position && result.position->epochs && result.position->log_epoch;
  const double shift = epochs ? *result.position->epochs - *result.position->log_epoch : 0;
  const bool steps = !epochs && curve.first().step.has_value();
  result.drawn_over = epochs ? "epochs" : steps ? "steps" : "evaluations";
  for (const AccuracyPoint& point : curve.drawn()) {
    const double count = static_cast<double>(result.drawn.size() + 1);
    const double at = epochs  ? point.epoch.value_or(0) + shift
                      : steps ? point.step.value_or(0)
                              : count;
    result.drawn.push_back({.at = at, .percent = percent_of(point.value, scale)});
  }
}

Scale decided_scale(const AccuracyCurve& curve, const LogTraits& log, std::optional<Scale> asked) {
  if (asked) return *asked;
  if (curve.values().lowest < 0 || curve.values().highest > 100 || !log.scale)
    return scale_of(curve.values(), log.metric);
  return *log.scale;
}

}  // namespace

TargetResult result_of_log(const AccuracyCurve& curve, const LogTraits& log, double target,
                           double tolerance, std::optional<Scale> asked, const Schedule& schedule) {
  TargetResult result{.format = log.format, .metric = log.metric, .notes = log.notes};
  if (curve.values().points == 0) {
    throw TargetError(curve.not_a_number() > 0
                          ? fmt::format("every {} of the log is not a number", log.metric)
                          : fmt::format("the log has no value of {}", log.metric));
  }
  const Scale scale = decided_scale(curve, log, asked);
  result.target = target_percent(target, scale);
  if (scale != Scale::kPercent)
    result.notes.push_back(fmt::format("{} is read as {}", log.metric, name_of(scale)));
  if (tolerance > 0)
    result.notes.push_back(fmt::format("tolerance of {} points below the target", tolerance));
  note_the_curve(curve, result.notes);
  const bool error = scale == Scale::kErrorPercent || scale == Scale::kErrorFraction;
  result.accuracy = percent_of(error ? curve.values().lowest : curve.values().highest, scale);
  if (const auto crossing = curve.crossing(scale)) {
    result.reached = true;
    result.accuracy = percent_of(crossing->point.value, scale);
    note_the_crossing(*crossing, result.target, scale, result.notes);
    result.position = position_of(crossing->point, curve, log, schedule);
    const auto& assumed = result.position->notes;
    result.notes.insert(result.notes.end(), assumed.begin(), assumed.end());
  }
  draw(result, curve, scale);
  return result;
}

void add_nominal(TargetResult& result, double macs_per_image) {
  if (!result.reached) return;
  if (!result.position->images) {
    throw TargetError(
        "the nominal estimate needs the images to the target: give --images-per-epoch (ImageNet: "
        "1281167)");
  }
  const Flops macs = Flops::of(macs_per_image);
  const Flops images = Flops::of(*result.position->images);
  const Flops one_pass{2 * macs.count * images.count};
  Nominal nominal{.macs_per_image = macs_per_image, .flops = {3 * one_pass.count}};
  if (result.work && one_pass.count > 0)
    nominal.true_multiplier = result.work->flops.as_double() / one_pass.as_double();
  result.nominal = nominal;
}

Flops flops_of(const TargetResult& result) {
  if (result.work) return result.work->flops;
  return result.nominal ? result.nominal->flops : Flops{};
}

std::string source_of(const TargetResult& result) {
  if (result.work) return result.work->source;
  return result.nominal ? "nominal" : "none";
}

SeedSummary summary_of(const std::vector<TargetResult>& results) {
  SeedSummary seeds;
  std::vector<Flops> reached;
  for (const TargetResult& result : results) {
    if (result.reached) reached.push_back(flops_of(result));
  }
  seeds.reached = reached.size();
  seeds.not_reached = results.size() - reached.size();
  if (reached.empty()) return seeds;
  Flops sum;
  for (const Flops flops : reached) sum = sum + flops;
  const unsigned __int128 runs = reached.size();
  seeds.mean = {(sum.count + runs / 2) / runs};
  seeds.least = *std::min_element(reached.begin(), reached.end());
  seeds.most = *std::max_element(reached.begin(), reached.end());
  double squares = 0;
  for (const Flops flops : reached)
    squares += std::pow(flops.as_double() - seeds.mean.as_double(), 2);
  if (reached.size() > 1)
    seeds.standard_deviation = std::sqrt(squares / static_cast<double>(reached.size() - 1));
  return seeds;
}

}  // namespace flopprof::to_accuracy
