#pragma once

#include "kernels/arithmetic.h"

namespace flopprof::kernels {

/// One thread's four floats of a triad.
template <class Arithmetic, class Number = typename Arithmetic::Number>
FLOPPROF_BOTH void add_scaled(const Number (&left)[4], Number factor, const Number (&right)[4],
                              Number (&sums)[4]) {
  FLOPPROF_UNROLLED
  for (int i = 0; i < 4; ++i) sums[i] = Arithmetic::fuse(factor, right[i], left[i]);
}

/// One of a block's threads before any has spoken to another: of `numbers`, the one at `first` and
/// each `stride` behind it, `count` in all. count - 1 adds.
template <class Arithmetic, class Number = typename Arithmetic::Number>
FLOPPROF_BOTH Number sum_of_own(const Number* numbers, int first, int stride, int count) {
  Number sum = numbers[first];
  FLOPPROF_NOT_UNROLLED
  for (int i = 1; i < count; ++i) sum = Arithmetic::add(sum, numbers[first + i * stride]);
  return sum;
}

}  // namespace flopprof::kernels
