#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/to_accuracy/printed_figure.h"

namespace flopprof::to_accuracy {

/// What a publication calls the operations that it counts; it may have called MACs FLOPs.
enum class ClaimedUnit { kFlops, kMacs };

std::string_view name_of(ClaimedUnit unit);

/// One figure as it was published.
struct PublishedFigure {
  std::string model;       ///< as torchvision names it, where it has it
  std::int64_t input = 0;  ///< side of the image in pixels, or tokens; 0: not known
  std::string quantity;    ///< macs_per_image, macs_per_sequence, training_macs
  PrintedFigure value;
  ClaimedUnit unit = ClaimedUnit::kFlops;
  std::string network;  ///< the variant of the model that the figure is of; empty: the model itself
  std::string source;
};

/// The catalogue that is shipped, in its order.
const std::vector<PublishedFigure>& catalogue();

/// Its models, each once, in its order.
std::vector<std::string> catalogued_models();

/// Reads "3.8e9:FLOPs" or "4.1e9:MACs". Throws FieldError with words that say what would be right.
PublishedFigure published_argument(std::string_view text);

}  // namespace flopprof::to_accuracy
