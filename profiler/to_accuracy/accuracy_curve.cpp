#include "profiler/to_accuracy/accuracy_curve.h"

#include <algorithm>
#include <cmath>

namespace flopprof::to_accuracy {

AccuracyCurve::AccuracyCurve(double target, double tolerance)
    : target_(target <= 1 ? 100 * target : target), tolerance_(tolerance) {}

void AccuracyCurve::add(const AccuracyPoint& point) {
  if (!std::isfinite(point.value)) {
    if (not_a_number_++ == 0) first_not_a_number_line_ = point.line;
    return;
  }
  for (std::size_t scale = 0; scale < crossings_.size(); ++scale) {
    if (crossings_[scale] || !reaches(point.value, static_cast<Scale>(scale), target_ - tolerance_))
      continue;
    crossings_[scale] = Crossing{.point = point, .before = {}};
    if (values_.points > 0) crossings_[scale]->before = last_;
  }
  if (values_.points == 0) {
    first_ = point;
    values_ = {.lowest = point.value, .highest = point.value, .first = point.value};
  }
  if (values_.points == 1) second_ = point;
  follow_epochs(point);
  draw(point);
  values_.lowest = std::min(values_.lowest, point.value);
  values_.highest = std::max(values_.highest, point.value);
  values_.last = point.value;
  ++values_.points;
  last_ = point;
}

std::optional<Crossing> AccuracyCurve::crossing(Scale scale) const {
  return crossings_[static_cast<std::size_t>(scale)];
}

void AccuracyCurve::follow_epochs(const AccuracyPoint& point) {
  if (!point.epoch) return;
  fractional_epochs_ = fractional_epochs_ || *point.epoch != std::floor(*point.epoch);
  if (values_.points > 0 && last_.epoch && *point.epoch < *last_.epoch && goes_back_at_line_ == 0) {
    goes_back_at_line_ = point.line;
  }
  highest_epoch_ = std::max(highest_epoch_, *point.epoch);
}

void AccuracyCurve::draw(const AccuracyPoint& point) {
  if (values_.points % draw_every_ != 0) return;
  if (drawn_.size() == kDrawn) {
    for (std::size_t kept = 0; kept < kDrawn / 2; ++kept) drawn_[kept] = drawn_[2 * kept];
    drawn_.resize(kDrawn / 2);
    draw_every_ *= 2;
    if (values_.points % draw_every_ != 0) return;
  }
  drawn_.push_back(point);
}

bool crosses_at_learning_rate_step(const Crossing& crossing) {
  if (!crossing.before || !crossing.before->learning_rate || !crossing.point.learning_rate)
    return false;
  return *crossing.point.learning_rate > 0 &&
         *crossing.point.learning_rate <= 0.5 * *crossing.before->learning_rate;
}

}  // namespace flopprof::to_accuracy
