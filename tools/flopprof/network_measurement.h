#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profiler/to_accuracy/judge.h"

namespace flopprof::tools {

/// A network that measure_model.py can build, and the side of its image or its tokens.
struct NetworkAtInput {
  std::string network;
  std::int64_t input = 0;
  auto operator<=>(const NetworkAtInput&) const = default;
};

struct NetworkMeasurements {
  std::map<NetworkAtInput, to_accuracy::MeasuredNetwork> measured;
  std::map<NetworkAtInput, std::string> failed;  ///< why
};

/// Runs every network attached, one forward pass each, in one job of `python`. Throws ExitWith when
/// that job fails as a whole.
NetworkMeasurements measured_networks(const std::string& python,
                                      const std::vector<NetworkAtInput>& networks);

}  // namespace flopprof::tools
