#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/device_memory.h"
#include "kernels/seeds.h"

namespace flopprof::tools {

template <class T>
using SharedArray = std::shared_ptr<kernels::DeviceArray<T>>;

template <class T>
SharedArray<T> zeros(std::int64_t count) {
  return std::make_shared<kernels::DeviceArray<T>>(static_cast<std::size_t>(count));
}

/// As many numbers as asked for, the same 2039 again and again: a prime, so that the rows of a
/// matrix differ.
template <class T>
SharedArray<T> filled(std::int64_t count, kernels::Number numbers, kernels::Operands operands) {
  std::vector<std::uint8_t> seeds = kernels::seeds_of(numbers, operands, true);
  seeds.resize(seeds.size() / 2048 * 2039);
  std::vector<T> content(static_cast<std::size_t>(count));
  auto* bytes = reinterpret_cast<std::uint8_t*>(content.data());
  const std::size_t wanted = content.size() * sizeof(T);
  for (std::size_t at = 0; at < wanted; at += seeds.size()) {
    std::memcpy(bytes + at, seeds.data(), std::min(seeds.size(), wanted - at));
  }
  return std::make_shared<kernels::DeviceArray<T>>(content);
}

}  // namespace flopprof::tools
