#include "profiler/diff/run_side.h"

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"

namespace flopprof::diff {

RunSide read_side(store::Database& run) {
  run.execute("BEGIN");
  RunSide side{.run = store::read_overview(run),
               .ops = store::read_ops(run),
               .kernels = store::read_kernels(run)};
  store::set_steps_aside(run, 0);
  run.execute("COMMIT");
  store::each_step_set_aside(run, [&](const StepTotal& step) {
    side.step_wall_ns.push_back(step.wall_ns);
    if (step.gpu_ns) side.step_gpu_ns.push_back(*step.gpu_ns);
  });
  return side;
}

}  // namespace flopprof::diff
