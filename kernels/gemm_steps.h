#pragma once

#include "kernels/gemm_plan.h"

// What the parts of a block do, as templates of a machine: the GPU, or a test on the host. The
// clusters of a launch share its pairs out by turns.

namespace flopprof::kernels {

/// Which of all clusters this is, and which of its blocks.
struct GemmShare {
  int cluster = 0;
  int clusters = 1;
  int block = 0;  ///< of the cluster: 0 has the upper tile
};

/// The thread that loads: of each step its block's rows on the left, and half of the columns on the
/// right, which go to both blocks of the cluster. A stage is loaded once all warp groups of both
/// have released it.
template <class Machine>
FLOPPROF_BOTH void load_tiles(Machine& machine, const GemmGrid& grid, const GemmShare& share) {
  GemmRing ring;
  for (int pair = share.cluster; pair < grid.pairs(); pair += share.clusters) {
    const GemmPlace place = place_of(grid, pair);
    FLOPPROF_NOT_UNROLLED
    for (int step = 0; step < grid.steps; ++step) {
      machine.wait_until_empty(ring.stage, ring.parity ^ 1);
      machine.expect(ring.stage, kGemmStageBytes);
      machine.load_left(ring.stage, place.row + share.block * kGemmRows, step * kGemmDeep);
      const int half = share.block * kGemmColumns / kGemmPair;
      machine.load_right_half(ring.stage, place.column + half, step * kGemmDeep);
      ring.advance();
    }
  }
}

/// Its box is free again when all stores but the last have read theirs.
template <class Machine>
FLOPPROF_BOTH void store_tile(Machine& machine, const GemmPlace& place) {
  FLOPPROF_UNROLLED
  for (int store = 0; store < kGemmStores; ++store) {
    machine.wait_until_read_but_one();
    machine.put(store);
    machine.store(store % kGemmStoreBoxes, place.row, place.column + store * kGemmStoredColumns);
  }
}

/// A warp group that multiplies 64 rows of its block's tile. The products of one step still run
/// while the next ones are handed over; a stage is released when nothing reads it any more.
template <class Machine>
FLOPPROF_BOTH void multiply_tiles(Machine& machine, const GemmGrid& grid, const GemmShare& share,
                                  int group) {
  GemmRing ring;
  for (int pair = share.cluster; pair < grid.pairs(); pair += share.clusters) {
    GemmRing running = ring;
    FLOPPROF_NOT_UNROLLED
    for (int step = 0; step < grid.steps; ++step) {
      machine.wait_until_full(ring.stage, ring.parity);
      machine.multiply(ring.stage, step > 0);
      machine.wait_until_run_but_one();
      if (step > 0) {
        machine.release(running.stage);
        running.advance();
      }
      ring.advance();
    }
    machine.wait_until_run();
    machine.release(running.stage);
    GemmPlace place = place_of(grid, pair);
    place.row += share.block * kGemmRows + group * kGemmGroupRows;
    store_tile(machine, place);
  }
  machine.wait_until_stored();
}

}  // namespace flopprof::kernels
