#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "profiler/convolution/measured.h"
#include "profiler/convolution_timing/timing.h"

namespace flopprof::convolution_timing {

/// The three tensors of a convolution in the memory of a GPU, filled with numbers; each has room
/// for 4 bytes an element, because some results are wider than what they are made of.
struct Tensors {
  void* input = nullptr;
  void* weights = nullptr;
  void* output = nullptr;
};

/// One way to compute a convolution that was found, ready to run.
struct Candidate {
  std::string engine;
  std::string layout;
  std::vector<std::string> notes;
  std::vector<std::optional<std::int64_t>> workspace_limits;  ///< that it is chosen under
  std::int64_t workspace_bytes = 0;
  Launch launch;
  convolution::Executed known;  ///< by definition; of the source kNone where only counters know
};

/// Memory for one convolution; freed with the pointer. Throws where there is too little.
using AllocateTensors = std::function<std::shared_ptr<const Tensors>(const convolution::Analysis&)>;
/// The ways of one library to compute a convolution. Throws where the library fails; the others are
/// still asked.
using FindCandidates =
    std::function<std::vector<Candidate>(const convolution::Analysis&, const Tensors&)>;

/// What measuring needs of the world.
struct Bench {
  AllocateTensors allocate;
  std::vector<FindCandidates> sources;
  TimeLaunch time_launch;
  CountLaunch count_launch;  ///< empty: executed FLOPs are known by definition or not at all
  TakeFootprint take_footprint;
  int iterations = 20;
  /// Called before each convolution with how many are done.
  std::function<void(std::size_t done, std::size_t all, const convolution::Analysis&)> progress;
};

/// A row for every candidate and every workspace limit that it is chosen under. What fails becomes
/// a row's problem, and the next convolution is measured.
std::vector<convolution::Measured> measure(const std::vector<convolution::Analysis>& analyses,
                                           const Bench& bench);

}  // namespace flopprof::convolution_timing
