#pragma once

#include <array>
#include <optional>
#include <vector>

#include "profiler/to_accuracy/accuracy_point.h"
#include "profiler/to_accuracy/accuracy_scale.h"

namespace flopprof::to_accuracy {

/// The first point that reached the target, and the evaluation before it.
struct Crossing {
  AccuracyPoint point;
  std::optional<AccuracyPoint> before;
};

/// One log's evaluations, taken in one pass and in memory that does not grow with them. The scale
/// may be known only at the end, so the first crossing is kept for each.
class AccuracyCurve {
 public:
  /// `target` as the user gave it; `tolerance` in points of percent.
  AccuracyCurve(double target, double tolerance);

  /// NaN and infinite values are counted and left out.
  void add(const AccuracyPoint& point);

  const ValueRange& values() const { return values_; }
  std::optional<Crossing> crossing(Scale scale) const;
  const AccuracyPoint& first() const { return first_; }
  const std::optional<AccuracyPoint>& second() const { return second_; }
  const AccuracyPoint& last() const { return last_; }
  double highest_epoch() const { return highest_epoch_; }
  bool has_fractional_epochs() const { return fractional_epochs_; }
  std::int64_t not_a_number() const { return not_a_number_; }
  std::int64_t first_not_a_number_line() const { return first_not_a_number_line_; }
  /// The line where epochs first go back; 0: they never do.
  std::int64_t goes_back_at_line() const { return goes_back_at_line_; }
  /// At most kDrawn points, evenly taken, to draw.
  const std::vector<AccuracyPoint>& drawn() const { return drawn_; }

  static constexpr std::size_t kDrawn = 1024;

 private:
  void follow_epochs(const AccuracyPoint& point);
  void draw(const AccuracyPoint& point);

  double target_;
  double tolerance_;
  ValueRange values_;
  std::array<std::optional<Crossing>, 4> crossings_;
  AccuracyPoint first_;
  std::optional<AccuracyPoint> second_;
  AccuracyPoint last_;
  double highest_epoch_ = 0;
  bool fractional_epochs_ = false;
  std::int64_t not_a_number_ = 0;
  std::int64_t first_not_a_number_line_ = 0;
  std::int64_t goes_back_at_line_ = 0;
  std::vector<AccuracyPoint> drawn_;
  std::int64_t draw_every_ = 1;
};

/// The learning rate fell by half or more between the crossing and the evaluation before it.
bool crosses_at_learning_rate_step(const Crossing& crossing);

}  // namespace flopprof::to_accuracy
