#pragma once

#include <string>
#include <vector>

#include "profiler/to_accuracy/entry.h"
#include "profiler/to_accuracy/entry_openai.h"

namespace flopprof::to_accuracy {

/// What the analysis page tells beside the results.
struct PageFacts {
  std::string command;  ///< that makes the page again
  std::string flopprof_version;
  std::string picture;  ///< Markdown or SVG that shows the curve
  std::optional<LowEnvelope> envelope;
  bool has_data_set = false;  ///< the envelope was looked for
};

/// The analysis that the data set's repository asks for with an entry, as Markdown.
std::string analysis_page(const EntryWords& words, const EntryNumbers& numbers,
                          const std::vector<TargetResult>& results, const PageFacts& facts);

/// Accuracy against epochs (or steps), the target as a line, the first point that reached it
/// marked.
std::string curve_svg(const std::vector<TargetResult>& results);

}  // namespace flopprof::to_accuracy
