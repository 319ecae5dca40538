#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "kernels/gemm_steps.h"

// A cluster of two blocks on the host, as the steps of the product want it: what PTX says of
// mbarriers, of boxes that are swizzled, of descriptors and of the sums of wgmma, written down once
// more. Every warp group and every loader is a thread. What is asynchronous is done as late as it
// may be.

namespace flopprof::kernels {

/// mbarrier: a turn ends when all have arrived and all bytes that were expected have come.
class HostBarrier {
 public:
  explicit HostBarrier(int arrivals) : arrivals_(arrivals), missing_(arrivals) {}

  void arrive() { change(1, 0); }
  void expect(std::int64_t bytes) { change(1, bytes); }
  void complete(std::int64_t bytes) { change(0, -bytes); }

  /// Until the turn of this parity has ended. False: it has not in ten seconds.
  bool wait(std::uint32_t parity) {
    std::unique_lock lock(mutex_);
    return turned_.wait_for(lock, std::chrono::seconds(10), [&] { return turn_ % 2 != parity; });
  }

 private:
  void change(int arrived, std::int64_t bytes) {
    const std::lock_guard lock(mutex_);
    missing_ -= arrived;
    bytes_ += bytes;
    if (missing_ != 0 || bytes_ != 0) return;
    missing_ = arrivals_;
    ++turn_;
    turned_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable turned_;
  const int arrivals_;
  int missing_;
  std::int64_t bytes_ = 0;
  std::uint32_t turn_ = 0;
};

/// A matrix of bfloats in device memory, by rows.
struct HostMatrix {
  std::vector<std::uint16_t> numbers;
  int rows = 0;
  int columns = 0;
};

struct HostBlock {
  std::vector<std::uint8_t> shared = std::vector<std::uint8_t>(kGemmSharedBytes);
  HostBarrier full[kGemmStages] = {HostBarrier(1), HostBarrier(1), HostBarrier(1), HostBarrier(1)};
  HostBarrier empty[kGemmStages] = {HostBarrier(4), HostBarrier(4), HostBarrier(4), HostBarrier(4)};

  std::uint16_t number_at(std::uint32_t byte) const {
    return static_cast<std::uint16_t>(shared[byte] | shared[byte + 1] << 8);
  }
  void put(std::uint32_t byte, std::uint16_t number) {
    shared[byte] = static_cast<std::uint8_t>(number);
    shared[byte + 1] = static_cast<std::uint8_t>(number >> 8);
  }
};

struct HostCluster {
  HostBlock blocks[kGemmPair];
};

/// The address of a number in a box whose rows are 128 bytes, swizzled: the bits 4 to 6 of each
/// address are changed by the bits 7 to 9.
inline std::uint32_t byte_in_box(std::uint32_t box, int row, int column) {
  const std::uint32_t byte = box + static_cast<std::uint32_t>(row * 128 + column * 2);
  return byte ^ ((byte & 0x380) >> 3);
}

struct HostLoader {
  HostCluster& cluster;
  int block = 0;
  const HostMatrix& left;
  const HostMatrix& right;

  void wait_until_empty(int stage, std::uint32_t parity);
  void expect(int stage, std::uint32_t bytes);
  void load_left(int stage, int row, int column);
  void load_right_half(int stage, int row, int column);
};

/// A warp group: all its threads at once.
struct HostMultiplier {
  HostCluster& cluster;
  int block = 0;
  int group = 0;
  HostMatrix& product;
  std::vector<float> sums = std::vector<float>(kGemmGroupRows * kGemmColumns, 1e30F);
  std::queue<std::function<void()>> products = {};
  std::queue<std::function<void()>> stores = {};

  void wait_until_full(int stage, std::uint32_t parity);
  void multiply(int stage, bool adds);
  void wait_until_run_but_one() { run_but(products, 1); }
  void wait_until_run() { run_but(products, 0); }
  void release(int stage);
  void wait_until_read_but_one() { run_but(stores, 1); }
  void put(int store);
  void store(int box, int row, int column);
  void wait_until_stored() { run_but(stores, 0); }

 private:
  static void run_but(std::queue<std::function<void()>>& works, std::size_t most);
};

/// The whole product, by so many clusters one after the other. `problems`: what hung.
HostMatrix multiplied_on_the_host(const Gemm& gemm, const HostMatrix& left, const HostMatrix& right,
                                  int clusters, std::vector<std::string>& problems);

}  // namespace flopprof::kernels
