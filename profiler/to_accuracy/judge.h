#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "profiler/record/flops.h"
#include "profiler/to_accuracy/catalogue.h"

namespace flopprof::to_accuracy {

/// What some counters of operations add to the multiply-adds of one pass, or leave out.
struct CountedBeside {
  std::int64_t conv_bias_outputs = 0;  ///< elements that convolutions with a bias put out
  std::int64_t conv_bias_inputs = 0;   ///< the same, each times its input channels
  std::int64_t linear_macs = 0;
  std::int64_t batch_norm_elements = 0;
  std::int64_t layer_norm_elements = 0;
  std::int64_t relu_elements = 0;
  Flops attention_macs;  ///< of the two products of attention: some counters leave them out
  Flops logits_macs;     ///< of the last layer of a language model: likewise
};

/// One forward pass of one image or sequence.
struct MeasuredNetwork {
  Flops flops;             ///< what flopprof counted; a multiply-add is two
  std::int64_t input = 0;  ///< side of the image in pixels, or tokens; 0: not known
  CountedBeside beside;    ///< all zero where it is not known
};

enum class Verdict { kAgrees, kAgreesAsMacs, kResolution, kGiMac, kVariant, kDiffers };

std::string_view name_of(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::kDiffers;
  double ratio = 0;    ///< measured, in the unit that was claimed, to published
  std::string reason;  ///< empty where the figure holds as it was claimed
};

/// Sets a published figure against a measurement. `variant` is the measurement of the network that
/// the figure names, where that is another than the one measured.
///
/// A figure agrees when its last printed digit and one percent reach the measurement: counters that
/// add normalisation lie further off and are told by what they add. Every other explanation has to
/// reach it within half a percent, so that the many together explain no wrong figure.
Judgement judged(const PublishedFigure& figure, const MeasuredNetwork& measured,
                 const std::optional<MeasuredNetwork>& variant = std::nullopt);

/// As judged(), for a run whose model nobody named: where the measurement is to the digit what the
/// catalogue has of a model, and the figure is one that it has of a variant of that model, the
/// figure is taken to be of that variant.
Judgement judged_by_catalogue(const PublishedFigure& figure, const MeasuredNetwork& measured);

}  // namespace flopprof::to_accuracy
