#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "profiler/steps/launch_period.h"

namespace flopprof::steps {

/// Identities in the order of their launches.
using Sequence = std::vector<std::uint64_t>;

/// `count` kernels that are launched nowhere else, from `first` on.
inline Sequence distinct(std::uint64_t first, std::uint64_t count) {
  Sequence launches;
  for (std::uint64_t i = 0; i < count; ++i) launches.push_back(first + i);
  return launches;
}

inline Sequence operator+(Sequence a, const Sequence& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Sequence operator*(int times, const Sequence& launches) {
  Sequence all;
  for (int i = 0; i < times; ++i) all = std::move(all) + launches;
  return all;
}

/// Sequences without times: a period need not last.
constexpr PeriodDetector::Settings kUntimed{.least_ns = 0};

/// The first answer.
inline std::optional<LaunchPeriod> period_of(const Sequence& launches,
                                             const PeriodDetector::Settings& settings = kUntimed) {
  PeriodDetector detector(settings);
  for (const std::uint64_t identity : launches) {
    if (const auto period = detector.launched(identity, 0)) return period;
  }
  return std::nullopt;
}

}  // namespace flopprof::steps
