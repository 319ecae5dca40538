#pragma once

#include "tests/support/sample_run.h"

namespace flopprof::testing {

/// A world of four of which ranks 2 and 3 are not there. Rank 0 made steps of 100, 200, 300 and 400
/// ns on a GPU that was looked at; rank 1, with a loader of data beside it, steps of 150, 200 and
/// 500 ns, and wrote no end.
inline void fill_rank_sample(store::Database& run) {
  run.execute(R"sql(
    INSERT INTO process (id, pid, parent_pid, start_ticks, host, command, started_at_ns,
      last_written_at_ns, ended_at_ns, rank, local_rank, world_size, world, libtorch, cpu_name,
      step_source, callbacks, callback_ns, overhead_ns) VALUES
      (1, 501, 4, 1, 'node0', '[]', 0, 1, 1, 0, 0, 4, 'w', '2.5.0', '', 'optimizer', 0, 0, 7),
      (2, 502, 4, 1, 'node1', '[]', 0, 1, NULL, 1, 0, 4, 'w', '2.5.0', '', 'optimizer', 0, 0, 7),
      (3, 503, 502, 1, 'node1', '[]', 0, 1, 1, 1, 0, 4, 'w', '2.5.0', '', '', 0, 0, 7),
      (4, 4, 1, 1, 'node0', '[]', 0, 1, 1, NULL, NULL, NULL, NULL, '2.5.0', '', '', 0, 0, 7);
    UPDATE process SET started_at_ns = 1767323045100000000, last_written_at_ns =
      1767323046100000000, ended_at_ns = ended_at_ns * 1767323046100000000;
    INSERT INTO StringIds VALUES (1, ''), (2, 'aten::mm');
    INSERT INTO step VALUES (1, 0, 0, 0, 100, 10, 1), (1, 1, 0, 100, 200, 10, 1),
      (1, 2, 0, 300, 300, 10, 1), (1, 3, 0, 600, 400, 10, 1),
      (2, 0, 0, 0, 150, 10, 1), (2, 1, 0, 150, 200, 10, 1), (2, 2, 0, 350, 500, 10, 1);
    INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, 4, 0, 40, 0, 9),
      (2, 0, 'forward', 1, 2, 0, 3, 0, 30, 0, 9), (3, -1, 'evaluation', 1, 2, 0, 1, 0, 5, 0, 9),
      (3, 0, 'forward', 1, 2, 0, 1, 0, 1, 0, 9);
    INSERT INTO fault VALUES (3, 'odd', 1, 1767323046000000000, '', '');
    INSERT INTO step_launches VALUES (1, 0, 10, 1, 1), (1, 1, 10, 1, 2), (1, 2, 20, 1, 0),
      (1, 3, 30, 1, 0);
    INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES
      (1, 0, 0, 1, 30, 30);
    INSERT INTO executed_step (process, step, device, fp32_flops) VALUES (1, 1, 0, 800);
    INSERT INTO executed_signature VALUES (1, 10, 0, 1, 600, 1, 0, 0, 0);
  )sql");
}

}  // namespace flopprof::testing
