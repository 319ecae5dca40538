#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "profiler/to_accuracy/judge.h"

namespace flopprof::to_accuracy {

/// A transformer that no single machine runs, counted by formula: matrices and the two products of
/// full attention, embeddings as look-ups.
struct TransformerShape {
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t vocabulary = 0;
  std::int64_t training_tokens = 0;  ///< 0: not known
};

/// gpt3 and gpt2_xl; nothing for another name.
std::optional<TransformerShape> transformer_named(std::string_view model);

/// One forward pass of a sequence of `tokens`.
MeasuredNetwork forward_pass(const TransformerShape& shape, std::int64_t tokens);

/// Three passes over the training tokens, in sequences of `tokens`.
MeasuredNetwork training(const TransformerShape& shape, std::int64_t tokens);

}  // namespace flopprof::to_accuracy
