#include "profiler/to_accuracy/transformer_formula.h"

namespace flopprof::to_accuracy {
namespace {

/// Of `tokens` tokens, each of which attends to `context`.
MeasuredNetwork passes(const TransformerShape& shape, std::int64_t tokens, std::int64_t context) {
  using Wide = unsigned __int128;
  const Wide all = static_cast<Wide>(tokens);
  const Wide width = static_cast<Wide>(shape.width);
  const Wide layers = static_cast<Wide>(shape.layers);
  const Flops attention{all * layers * 2 * static_cast<Wide>(context) * width};
  const Flops logits{all * width * static_cast<Wide>(shape.vocabulary)};
  const Wide matrices = all * layers * 12 * width * width;
  return {.flops = {2 * (matrices + attention.count + logits.count)},
          .input = context,
          .beside = {.attention_macs = attention, .logits_macs = logits}};
}

}  // namespace

std::optional<TransformerShape> transformer_named(std::string_view model) {
  constexpr std::int64_t kBytePairs = 50257;
  if (model == "gpt3") {
    return TransformerShape{
        .layers = 96, .width = 12288, .vocabulary = kBytePairs, .training_tokens = 300'000'000'000};
  }
  if (model == "gpt2_xl") {
    return TransformerShape{.layers = 48, .width = 1600, .vocabulary = kBytePairs};
  }
  return std::nullopt;
}

MeasuredNetwork forward_pass(const TransformerShape& shape, std::int64_t tokens) {
  return passes(shape, tokens, tokens);
}

MeasuredNetwork training(const TransformerShape& shape, std::int64_t tokens) {
  constexpr std::int64_t kPasses = 3;
  return passes(shape, kPasses * shape.training_tokens, tokens);
}

}  // namespace flopprof::to_accuracy
