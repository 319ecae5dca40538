#include "tools/flopprof_conv/own_candidates.h"

#include <cuda_runtime_api.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include "kernels/convolution.h"
#include "kernels/winograd.h"
#include "tools/flopprof_conv/gpu.h"

namespace flopprof::tools {
namespace {

using convolution::Analysis;
using convolution::Direction;
using convolution::Shape;
using convolution_timing::Candidate;
using convolution_timing::Tensors;

void check_launch(const char* kernel) {
  if (const cudaError_t error = cudaGetLastError()) {
    throw std::runtime_error(std::string(kernel) + ": " + cudaGetErrorString(error));
  }
}

/// The kernels index with 32 bits.
bool fits(const Shape& shape) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return shape.images * shape.channels * shape.height * shape.width < kMost &&
         shape.images * shape.filters * shape.output_height() * shape.output_width() < kMost;
}

kernels::Convolution convolution_of(const Shape& shape) {
  const auto size = [](std::int64_t value) { return static_cast<int>(value); };
  return {.n = size(shape.images),
          .h = size(shape.height),
          .w = size(shape.width),
          .c = size(shape.channels),
          .k = size(shape.filters),
          .r = size(shape.filter_height),
          .s = size(shape.filter_width),
          .pad_h = size(shape.pad_height),
          .pad_w = size(shape.pad_width),
          .stride_h = size(shape.stride_height),
          .stride_w = size(shape.stride_width),
          .dilation_h = size(shape.dilation_height),
          .dilation_w = size(shape.dilation_width)};
}

kernels::ConvolutionMemory memory_of(const Tensors& tensors, Direction direction) {
  void* const written = direction == Direction::kForward        ? tensors.output
                        : direction == Direction::kDataGradient ? tensors.input
                                                                : tensors.weights;
  return {.images = static_cast<const std::uint16_t*>(tensors.input),
          .filters = static_cast<const std::uint16_t*>(tensors.weights),
          .results = static_cast<const std::uint16_t*>(tensors.output),
          .written = static_cast<float*>(written)};
}

Candidate by_definition(const char* name, FlopClass flop_class, std::int64_t flops) {
  Candidate candidate{.engine = name, .layout = "NHWC", .workspace_limits = {std::nullopt}};
  candidate.known = {.source = convolution::CountSource::kDefinition,
                     .by_class = {{flop_class, {static_cast<unsigned __int128>(flops)}}}};
  return candidate;
}

Candidate implicit_gemm(const Analysis& analysis, const Tensors& tensors) {
  const kernels::Convolution convolution = convolution_of(analysis.layer.shape);
  const auto direction = static_cast<kernels::Direction>(analysis.direction);
  Candidate candidate = by_definition("flopprof implicit GEMM", FlopClass::kTensorBf16,
                                      kernels::work_of(convolution, direction).flops);
  candidate.launch = [=, memory = memory_of(tensors, analysis.direction)](void* stream) {
    kernels::launch(convolution, direction, memory, static_cast<cudaStream_t>(stream));
    check_launch("flopprof's implicit GEMM");
  };
  return candidate;
}

bool winograd_applies(const Analysis& analysis) {
  return analysis.format.name == "fp32" && analysis.direction == Direction::kForward &&
         analysis.winograd_2x2_flops &&
         analysis.layer.shape.pad_height == analysis.layer.shape.pad_width;
}

Candidate winograd(const Analysis& analysis, const Tensors& tensors) {
  const kernels::Convolution sizes = convolution_of(analysis.layer.shape);
  const kernels::Winograd problem{
      .n = sizes.n, .h = sizes.h, .w = sizes.w, .c = sizes.c, .k = sizes.k, .pad = sizes.pad_h};
  Candidate candidate =
      by_definition("flopprof Winograd 2x2", FlopClass::kFp32, kernels::work_of(problem).flops);
  const auto squares = static_cast<std::size_t>(16 * kernels::squares_of(problem));
  const auto c = static_cast<std::size_t>(problem.c);
  const auto k = static_cast<std::size_t>(problem.k);
  const std::size_t floats = squares * c + 16 * c * k + squares * k;
  candidate.workspace_bytes = static_cast<std::int64_t>(floats * sizeof(float));
  candidate.launch = [=, workspace = std::make_shared<std::shared_ptr<void>>()](void* stream) {
    if (!*workspace) *workspace = gpu_bytes(floats * sizeof(float));
    auto* const first = static_cast<float*>(workspace->get());
    kernels::launch(problem,
                    {.images = static_cast<const float*>(tensors.input),
                     .filters = static_cast<const float*>(tensors.weights),
                     .results = static_cast<float*>(tensors.output),
                     .squares = first,
                     .transforms = first + squares * c,
                     .products = first + squares * c + 16 * c * k},
                    static_cast<cudaStream_t>(stream));
    check_launch("flopprof's Winograd");
  };
  return candidate;
}

}  // namespace

std::vector<Candidate> own_candidates(const Analysis& analysis, const Tensors& tensors) {
  static_assert(static_cast<int>(kernels::Direction::kWeightGradient) ==
                static_cast<int>(Direction::kWeightGradient));
  std::vector<Candidate> candidates;
  if (analysis.layer.shape.groups != 1 || !fits(analysis.layer.shape)) return candidates;
  if (analysis.format.name == "bf16") candidates.push_back(implicit_gemm(analysis, tensors));
  if (winograd_applies(analysis)) candidates.push_back(winograd(analysis, tensors));
  return candidates;
}

}  // namespace flopprof::tools
