#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "profiler/flops/checked.h"

namespace flopprof::flops {

/// The arguments of a call, made by hand. Meets flops::Arguments.
struct HandMadeCall {
  std::map<int, std::vector<std::int64_t>> tensors;
  std::map<int, std::vector<std::int64_t>> lists;
  std::map<int, std::int64_t> numbers;
  std::map<int, std::vector<std::vector<std::int64_t>>> tensor_lists;

  bool has(int i) const { return tensors.contains(i); }
  Sizes sizes(int i) const { return tensors.contains(i) ? Sizes(tensors.at(i)) : Sizes(); }
  Checked integer(int i) const {
    return numbers.contains(i) ? Checked(numbers.at(i)) : Checked::unknown();
  }
  std::int64_t integers(int i, int element) const {
    const auto& list = lists.at(i);
    return list.at(std::min(static_cast<std::size_t>(element), list.size() - 1));
  }
  bool flag(int i) const { return numbers.at(i) != 0; }
  bool mask(int i, int element) const {
    return i < 0 || lists.at(i).at(static_cast<std::size_t>(element)) != 0;
  }
  Checked matrices(int i) const {
    Checked sum = 0;
    for (const auto& sizes : tensor_lists.at(i)) {
      if (sizes.size() == 2) sum += product(sizes);
    }
    return sum;
  }
};

}  // namespace flopprof::flops
