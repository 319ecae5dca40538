#pragma once

#include <span>

#include "profiler/diff/comparison.h"

namespace flopprof::diff {

/// Sums are compared per step: each side's is divided by its number of steps. FLOPs and counts are
/// exact, so that any difference is one; of times there is no verdict without single steps.
struct Divisors {
  std::int64_t a = 1, b = 1;
};

Quantity flops_quantity(std::string key, std::string title, std::optional<Flops> a,
                        std::optional<Flops> b, Divisors per, bool extrapolated);
Quantity count_quantity(std::string key, std::string title, std::optional<std::int64_t> a,
                        std::optional<std::int64_t> b, Divisors per);
Quantity time_quantity(std::string key, std::string title, std::optional<std::int64_t> a_ns,
                       std::optional<std::int64_t> b_ns, Divisors per);
/// Medians of single steps, tested.
Quantity tested_quantity(std::string key, std::string title, std::span<const std::int64_t> a_ns,
                         std::span<const std::int64_t> b_ns);

}  // namespace flopprof::diff
