#include "tests/simgpu/counts.h"

#include <mutex>
#include <vector>

#include "tests/simgpu/environment.h"
#include "tests/simgpu/library.h"

namespace simgpu {
namespace {

constexpr double kCyclesOfNs = 2;

struct Share {
  std::string metric;
  double of_block = 0;
};
using Shares = std::map<std::string, std::vector<Share>, std::less<>>;  // by kernel

Shares shares_in(const std::string& text) {
  Shares shares;
  for (const std::string& kernel : parts_of(text, ';')) {
    const std::size_t colon = kernel.find(':');
    if (colon == std::string::npos) continue;
    for (const std::string& one : parts_of(std::string_view(kernel).substr(colon + 1), ',')) {
      const std::size_t equals = one.find('=');
      if (equals == std::string::npos) continue;
      shares[kernel.substr(0, colon)].push_back(
          {.metric = std::string(base_of(one.substr(0, equals))),
           .of_block = std::atof(one.c_str() + equals + 1)});
    }
  }
  return shares;
}

/// Never destroyed: kernels may end while the process exits.
struct Counted {
  std::mutex mutex;
  std::map<CUcontext, Counts> by_context;
  const Shares shares = shares_in(text_in("SIMGPU_COUNTS"));
  const double jitter = static_cast<double>(number_in("SIMGPU_JITTER", 0)) / 100;
};
Counted& counted() {
  static auto& all = *new Counted;
  return all;
}

/// Between 0 and 1, another for each launch, and the same in each run.
double part_of(std::uint64_t ordinal) { return static_cast<double>(ordinal * 761 % 1000) / 1000; }

}  // namespace

std::string_view base_of(std::string_view metric) { return metric.substr(0, metric.find('.')); }

void count_kernel(const RunKernel& kernel) {
  Counted& now = counted();
  const auto ns = static_cast<double>(kernel.work.ended_at - kernel.work.started_at);
  const double blocks = static_cast<double>(kernel.grid.x) * kernel.grid.y * kernel.grid.z;
  const std::lock_guard lock(now.mutex);
  Counts& counts = now.by_context[kernel.work.context_handle];
  counts["gpu__time_duration"] += ns;
  counts["sm__cycles_elapsed"] += kCyclesOfNs * ns;
  const auto found = now.shares.find(std::string_view(kernel.name));
  if (found == now.shares.end()) return;
  for (const Share& share : found->second)
    counts[share.metric] +=
        share.of_block * blocks * kernel.rounds * (1 + now.jitter * part_of(kernel.ordinal));
}

Counts counts_of(CUcontext context) {
  const std::lock_guard lock(counted().mutex);
  return counted().by_context[context];
}

}  // namespace simgpu
