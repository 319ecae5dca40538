#include "tools/flopprof/commands.h"

namespace flopprof::tools {

/// In a build without a CUDA toolkit.
void add_calibrate(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "calibrate",
      "Run kernels of known FLOPs on this GPU, compare the counters, measure the peaks");
  command->allow_extras();
  command->callback([] {
    throw ExitWith{1,
                   "this flopprof was built without CUDA, and has no kernels to run; build it with "
                   "a CUDA toolkit"};
  });
}

}  // namespace flopprof::tools
