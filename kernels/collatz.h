#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "kernels/arithmetic.h"
#include "kernels/work.h"

namespace flopprof::kernels {

/// A thread a number: half of an even one, three times an odd one and one more, until it is 1. With
/// each step a fused multiply-add. How much work a launch is stands in its data alone.
struct Collatz {
  std::vector<std::uint32_t> starts;  ///< 1 or greater; on their way none leaves 64 bits
};

constexpr float kCollatzFactor = 0.5F;
constexpr float kCollatzSummand = 1.0F;

FLOPPROF_BOTH constexpr std::uint64_t next_collatz(std::uint64_t number) {
  return number % 2 == 0 ? number / 2 : 3 * number + 1;
}

/// Two FLOPs a step of all numbers.
Work work_of(const Collatz& collatz);

/// What a thread writes: kCollatzSummand, then with each step times kCollatzFactor plus
/// kCollatzSummand.
template <class Arithmetic, class Number = typename Arithmetic::Number>
FLOPPROF_BOTH Number fused_along(std::uint32_t start, Number factor, Number summand) {
  Number value = summand;
  FLOPPROF_NOT_UNROLLED
  for (std::uint64_t number = start; number > 1; number = next_collatz(number)) {
    value = Arithmetic::fuse(value, factor, summand);
  }
  return value;
}

/// `starts` and one of `values` for each, in device memory. The caller asks for errors of the
/// launch.
void launch_collatz(const std::uint32_t* starts, float* values, int count, cudaStream_t stream);

}  // namespace flopprof::kernels
