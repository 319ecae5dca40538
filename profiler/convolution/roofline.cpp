#include "profiler/convolution/roofline.h"

namespace flopprof::convolution {

std::optional<double> Roofline::ridge() const {
  if (!peak || !bytes_per_second) return std::nullopt;
  return peak->flops_per_second / *bytes_per_second;
}

Roofline roofline_of(const flops::Peaks& peaks, const NumberFormat& format) {
  return {.peak = peaks.of(format.class_name), .bytes_per_second = peaks.bytes_per_second};
}

Attainable attainable(const Roofline& roofline, double flops_per_byte) {
  const auto ridge = roofline.ridge();
  if (!ridge) return {};
  if (flops_per_byte < *ridge) return {Bound::kMemory, flops_per_byte * *roofline.bytes_per_second};
  return {Bound::kCompute, roofline.peak->flops_per_second};
}

}  // namespace flopprof::convolution
