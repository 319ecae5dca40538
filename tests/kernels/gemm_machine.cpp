#include "tests/kernels/gemm_machine.h"

#include <gmock/gmock.h>

#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

std::uint16_t bfloat_of(float number) { return bfloats({static_cast<double>(number)}).front(); }

/// A box as the GPU loads it: what overhangs is zero.
void load_box(const HostMatrix& matrix, int row, int column, int rows, HostBlock& block,
              std::uint32_t to) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < 64; ++j) {
      const bool is_inside = row + i < matrix.rows && column + j < matrix.columns;
      const auto at = static_cast<std::size_t>(row + i) * static_cast<std::size_t>(matrix.columns) +
                      static_cast<std::size_t>(column + j);
      block.put(byte_in_box(to, i, j), is_inside ? matrix.numbers[at] : std::uint16_t{0});
    }
  }
}

/// What wgmma reads of one descriptor: rows of 16 numbers. Of its fields, PTX says: bits 0 to 13
/// the begin, 32 to 45 from one group of eight rows to the next, both in 16 bytes; 62 and 63 the
/// swizzling, 1 for rows of 128 bytes.
std::vector<float> read_described(const HostBlock& block, std::uint64_t descriptor, int rows) {
  EXPECT_EQ(descriptor >> 62, 1U);
  EXPECT_EQ(descriptor >> 49 & 7, 0U);
  const auto begin = static_cast<std::uint32_t>(descriptor & 0x3fff) * 16;
  const auto group = static_cast<std::uint32_t>(descriptor >> 32 & 0x3fff) * 16;
  std::vector<float> numbers;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < 16; ++column) {
      const std::uint32_t byte = begin + static_cast<std::uint32_t>(row / 8) * group +
                                 static_cast<std::uint32_t>(row % 8 * 128 + column * 2);
      numbers.push_back(single_of_bfloat(block.number_at(byte ^ ((byte & 0x380) >> 3))));
    }
  }
  return numbers;
}

}  // namespace

void HostLoader::wait_until_empty(int stage, std::uint32_t parity) {
  if (!cluster.blocks[block].empty[stage].wait(parity))
    throw std::string("a loader waits for ever");
}

void HostLoader::expect(int stage, std::uint32_t bytes) {
  cluster.blocks[block].full[stage].expect(bytes);
}

void HostLoader::load_left(int stage, int row, int column) {
  load_box(left, row, column, 128, cluster.blocks[block], left_at(stage));
  cluster.blocks[block].full[stage].complete(128 * 64 * 2);
}

void HostLoader::load_right_half(int stage, int row, int column) {
  const auto half = static_cast<std::uint32_t>(block) * 128 * 64 * 2;
  for (HostBlock& either : cluster.blocks) {
    load_box(right, row, column, 128, either, right_at(stage) + half);
    either.full[stage].complete(128 * 64 * 2);
  }
}

void HostMultiplier::wait_until_full(int stage, std::uint32_t parity) {
  if (!cluster.blocks[block].full[stage].wait(parity)) {
    throw std::string("a warp group waits for ever");
  }
}

void HostMultiplier::multiply(int stage, bool adds) {
  products.push([this, stage, adds] {
    const HostBlock& own = cluster.blocks[block];
    for (int i = 0; i < 4; ++i) {
      const auto a = read_described(
          own, gemm_descriptor(group_left_at(stage, group)) + descriptor_step(i), 64);
      const auto b =
          read_described(own, gemm_descriptor(right_at(stage)) + descriptor_step(i), 256);
      for (std::size_t at = 0; at < sums.size(); ++at) {
        const float* row = a.data() + at / 256 * 16;
        const float* column = b.data() + at % 256 * 16;
        float sum = adds || i > 0 ? sums[at] : 0;
        for (int k = 0; k < 16; ++k) sum += row[k] * column[k];
        sums[at] = sum;
      }
    }
  });
}

void HostMultiplier::release(int stage) {
  for (HostBlock& either : cluster.blocks) either.empty[stage].arrive();
}

/// Of one thread, wgmma's sum number r is in row 16·warp + lane/4 (8 further down for r % 4 ≥ 2)
/// and column 8·(r/4) + 2·(lane % 4) + r % 2. stmatrix takes from each lane two neighbours of a
/// square's row lane/4, and to where the lanes 8·square to 8·square + 7 say.
void HostMultiplier::put(int store) {
  HostBlock& own = cluster.blocks[block];
  const std::uint32_t box = box_at(group, store % 2);
  for (int thread = 0; thread < 128; ++thread) {
    const int lane = thread % 32;
    for (int i = 0; i < 4; ++i) {
      for (int square = 0; square < 4; ++square) {
        const int namer = thread - lane + square * 8 + lane / 4;
        const std::uint32_t to =
            box + stored_byte(namer, i) + static_cast<std::uint32_t>(lane % 4 * 4);
        for (int next = 0; next < 2; ++next) {
          const int r = stored_sum(store, i, square) + next;
          const int row = thread / 32 * 16 + lane / 4 + r % 4 / 2 * 8;
          const int column = r / 4 * 8 + lane % 4 * 2 + r % 2;
          own.put(to + static_cast<std::uint32_t>(2 * next),
                  bfloat_of(sums[static_cast<std::size_t>(row * 256 + column)]));
        }
      }
    }
  }
}

void HostMultiplier::store(int box, int row, int column) {
  stores.push([this, box, row, column] {
    const HostBlock& own = cluster.blocks[block];
    for (int i = 0; i < 64; ++i) {
      for (int j = 0; j < 64; ++j) {
        if (row + i >= product.rows || column + j >= product.columns) continue;
        const auto at =
            static_cast<std::size_t>(row + i) * static_cast<std::size_t>(product.columns) +
            static_cast<std::size_t>(column + j);
        product.numbers[at] = own.number_at(byte_in_box(box_at(group, box), i, j));
      }
    }
  });
}

void HostMultiplier::run_but(std::queue<std::function<void()>>& works, std::size_t most) {
  while (works.size() > most) {
    works.front()();
    works.pop();
  }
}

HostMatrix multiplied_on_the_host(const Gemm& gemm, const HostMatrix& left, const HostMatrix& right,
                                  int clusters, std::vector<std::string>& problems) {
  HostMatrix product{
      .numbers = std::vector<std::uint16_t>(
          static_cast<std::size_t>(gemm.m) * static_cast<std::size_t>(gemm.n), 0x7fc0),
      .rows = gemm.m,
      .columns = gemm.n};
  const GemmGrid grid = grid_of(gemm);
  std::mutex mutex;
  const auto noting = [&](const auto& part) {
    try {
      part();
    } catch (const std::string& hung) {
      const std::lock_guard lock(mutex);
      problems.push_back(hung);
    }
  };
  for (int i = 0; i < clusters; ++i) {
    HostCluster cluster;
    std::vector<std::thread> threads;
    for (int block = 0; block < kGemmPair; ++block) {
      const GemmShare share{.cluster = i, .clusters = clusters, .block = block};
      threads.emplace_back([&, share, block] {
        HostLoader loader{cluster, block, left, right};
        noting([&] { load_tiles(loader, grid, share); });
      });
      for (int group = 0; group < kGemmGroups; ++group) {
        threads.emplace_back([&, share, block, group] {
          HostMultiplier own{cluster, block, group, product};
          noting([&] { multiply_tiles(own, grid, share, group); });
        });
      }
    }
    for (std::thread& thread : threads) thread.join();
  }
  return product;
}

}  // namespace flopprof::kernels
