#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "profiler/flops/code_counts.h"

namespace flopprof::views {

/// The instructions of one kernel, as `flopprof sass` counts them.
struct KernelCode {
  std::string name;
  std::string architecture;
  flops::CodeCounts counts;
};

struct SassReport {
  std::vector<KernelCode> kernels;
  std::vector<std::string> left_out;  ///< what the file holds and nobody could read
};

/// A table a kernel, at most `width` columns wide.
std::string sass_text(const SassReport& report, std::size_t width);

/// The keys of the product contract, and more.
std::string sass_json(const SassReport& report);

}  // namespace flopprof::views
