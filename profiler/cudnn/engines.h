#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "profiler/convolution/roofline.h"
#include "profiler/convolution/shape.h"
#include "profiler/convolution/work.h"
#include "profiler/cudnn/descriptor.h"

namespace flopprof::cudnn {

/// The device that plans are made for.
class Device {
 public:
  /// The current CUDA device, through `handle`.
  static Device of_handle(const Library& library, cudnnHandle_t handle);
  /// As cuDNN describes devices in JSON: plans for it need no GPU here, and run where there is one.
  static Device of_description(const Library& library, std::string_view json);

  const Descriptor& properties() const { return properties_; }

 private:
  explicit Device(Descriptor properties) : properties_(std::move(properties)) {}
  Descriptor properties_;
};

enum class Layout { kChannelsFirst, kChannelsLast };
constexpr std::string_view name_of(Layout layout) {
  return layout == Layout::kChannelsFirst ? "NCHW" : "NHWC";
}
/// Tensor cores want the channels last; cuDNN's transforms (Winograd, FFT) of fp32 want them first.
Layout usual_layout(const convolution::NumberFormat& format);

/// One convolution, as cuDNN is asked for it.
struct Problem {
  convolution::Shape shape;
  convolution::Direction direction = convolution::Direction::kForward;
  convolution::NumberFormat format;
  Layout layout = Layout::kChannelsLast;
};

/// The tensors of every convolution: what they are called in a plan.
enum class Tensor : std::int64_t { kInput = 'x', kWeights = 'w', kOutput = 'y' };

/// An engine of cuDNN, with the settings that its heuristics chose for the problem, or its own.
struct Plan {
  std::int64_t engine = 0;  ///< cuDNN's number of it
  bool proposed = false;    ///< by the heuristics
  std::vector<std::string> numerical_notes;
  std::vector<std::string> behavior_notes;
  std::int64_t workspace_bytes = 0;
  std::shared_ptr<const Descriptor> execution;
};

struct Plans {
  std::vector<Plan> plans;  ///< best first, as the heuristics order them; an engine once
  int refused = 0;          ///< engines that take the problem and could not be planned after all
};

/// Every engine that takes the problem: those that the heuristics (mode A, then the fallback)
/// propose, then the others. Of fp32 only those that stay off the tensor cores, of tf32 only those
/// that use them. Throws CudnnError.
Plans plans_of(const Library& library, const Device& device, const Problem& problem);

/// A plan to measure, and the workspace limits under which cuDNN's order chooses it.
struct Choice {
  std::size_t plan = 0;
  std::vector<std::optional<std::int64_t>> limits;  ///< in bytes; nothing: no limit
};
/// The first plan that fits under each limit; a limit that none fits under chooses none.
std::vector<Choice> best_under(const std::vector<Plan>& plans,
                               const std::vector<std::optional<std::int64_t>>& limits);
/// Every plan that fits under the largest of the limits.
std::vector<Choice> all_under(const std::vector<Plan>& plans,
                              const std::vector<std::optional<std::int64_t>>& limits);

/// "winograd", "tensor_core": cuDNN's names, without prefix.
std::string name_of(cudnnBackendNumericalNote_t note);
std::string name_of(cudnnBackendBehaviorNote_t note);

}  // namespace flopprof::cudnn
