#include "profiler/counters/activity_sums.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace flopprof::counters {
namespace {

using Sum = std::optional<std::int64_t>;

/// Nothing where it is no share. Drivers round: a unit that never rests may be above 1.
std::optional<double> sound(std::optional<double> share) {
  constexpr double kMostRounded = 1.05;
  if (!share || !(*share >= 0) || *share > kMostRounded) return std::nullopt;
  return std::min(*share, 1.0);
}

void add_to(Sum& sum, std::optional<double> amount) {
  if (sum && amount)
    *sum += std::llround(*amount);
  else
    sum.reset();
}

std::optional<double> times(std::optional<double> share, std::optional<double> amount) {
  if (!share || !amount) return std::nullopt;
  return *share * *amount;
}

/// At the first interval everything has a sum.
void begin(GpuActivity& sums) {
  for (Sum* sum : {&sums.sm_ns, &sums.tensor_integer_ns, &sums.tensor_fp64_ns, &sums.fp64_ns,
                   &sums.fp32_ns, &sums.fp16_ns, &sums.tensor_cycles, &sums.tensor_fp64_cycles})
    *sum = 0;
}

}  // namespace

bool add(const ActivityShares& shares, std::int64_t ns, std::int64_t ended_at_ns,
         GpuActivity& sums) {
  const auto tensor = sound(shares.tensor);
  if (!tensor || ns <= 0) return false;
  if (sums.watched_ns == 0) {
    begin(sums);
    sums.began_at_ns = ended_at_ns - ns;
  }
  sums.ended_at_ns = ended_at_ns;
  sums.watched_ns += ns;
  const auto length = static_cast<double>(ns);
  const auto integer = sound(shares.tensor_integer);
  const auto fp64 = sound(shares.tensor_fp64);
  sums.tensor_ns += std::llround(*tensor * length);
  add_to(sums.sm_ns, times(sound(shares.sm), length));
  add_to(sums.tensor_integer_ns, times(integer, length));
  add_to(sums.tensor_fp64_ns, times(fp64, length));
  add_to(sums.fp64_ns, times(sound(shares.fp64), length));
  add_to(sums.fp32_ns, times(sound(shares.fp32), length));
  add_to(sums.fp16_ns, times(sound(shares.fp16), length));
  constexpr double kNsOfSecond = 1e9;
  const auto cycles = times(shares.clock_hz, length / kNsOfSecond);
  const double others = integer.value_or(0) + fp64.value_or(0);
  add_to(sums.tensor_cycles, times(std::max(*tensor - others, 0.0), cycles));
  add_to(sums.tensor_fp64_cycles, times(fp64, cycles));
  return true;
}

}  // namespace flopprof::counters
