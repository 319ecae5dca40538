#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/to_accuracy/accuracy_curve.h"
#include "profiler/to_accuracy/target_flops.h"
#include "profiler/to_accuracy/target_position.h"
#include "profiler/to_accuracy/target_run.h"

namespace flopprof::to_accuracy {

/// The paper's estimate: multiply-adds of one image's forward pass, times three, times images.
struct Nominal {
  double macs_per_image = 0;
  Flops flops;  ///< a multiply-add as two
  /// Measured training FLOPs over one forward pass of every image; nothing without a run.
  std::optional<double> true_multiplier;
};

/// A point of the curve to draw: completed epochs (or steps) against percent.
struct DrawnPoint {
  double at = 0;
  double percent = 0;
};

/// One log, with its run if there is one, set against the target.
struct TargetResult {
  std::string log;
  std::string format;
  std::string metric;  ///< as the log names it
  bool reached = false;
  double target = 0;    ///< percent
  double accuracy = 0;  ///< percent, where it was reached; else the best
  std::optional<Position> position;
  std::optional<TrainingRun> run;
  std::optional<WorkToStep> work;
  std::optional<Nominal> nominal;
  std::vector<DrawnPoint> drawn;
  std::string drawn_over;  ///< "epochs", "steps" or "evaluations"
  std::vector<std::string> notes;
};

/// What the log alone says. Throws ScaleError, TargetError.
TargetResult result_of_log(const AccuracyCurve& curve, const LogTraits& log, double target,
                           double tolerance, std::optional<Scale> scale, const Schedule& schedule);

/// Adds the paper's estimate. Throws TargetError when the images to the target are not known.
void add_nominal(TargetResult& result, double macs_per_image);

/// The FLOPs an entry states: measured when there is a run, nominal without one.
Flops flops_of(const TargetResult& result);
std::string source_of(const TargetResult& result);

/// Compute-to-target over the runs that reached it.
struct SeedSummary {
  std::size_t reached = 0;
  std::size_t not_reached = 0;
  Flops mean;
  Flops least;
  Flops most;
  double standard_deviation = 0;  ///< of the sample; 0 for one run
};

SeedSummary summary_of(const std::vector<TargetResult>& results);

}  // namespace flopprof::to_accuracy
