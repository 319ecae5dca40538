#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include "profiler/diff/comparison.h"

namespace flopprof::views {

/// The names that the runs were given by, and as many operators and kernels as people like to read.
struct DiffRequest {
  std::string a, b;
  std::int64_t top = 10;  ///< 0: all
  std::size_t width = 100;
};

void print_diff_text(std::ostream& out, const diff::Comparison& comparison,
                     const DiffRequest& request);
void print_diff_markdown(std::ostream& out, const diff::Comparison& comparison,
                         const DiffRequest& request);
/// Every operator and kernel, whatever `top` is.
void print_diff_json(std::ostream& out, const diff::Comparison& comparison,
                     const DiffRequest& request);

}  // namespace flopprof::views
