#include "bench/gpu/answer.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/questions.h"
#include "flopprof/mark.h"

namespace flopprof::gpu {

void launch_in_steps() {
  constexpr int kSteps = 400;
  constexpr int kLaunches = 500;
  const KernelWork empty(reference_kernel("flopprof_ffma"), {.threads = 32, .trips = 0});
  empty.launch(nullptr);
  wait_for_device();
  ask("launches", "in steps", [&]() -> nlohmann::json {
    std::vector<double> launch_ns;
    std::vector<double> step_us;
    for (int i = 0; i < kSteps; ++i) {
      step_us.push_back(microseconds_of([&] {
        const StepScope step;
        launch_ns.push_back(1e3 / kLaunches * microseconds_of([&] {
                              for (int j = 0; j < kLaunches; ++j) empty.launch(nullptr);
                            }));
        wait_for_device();
      }));
    }
    return {{"launch_ns", spread_of(launch_ns)}, {"step_us", spread_of(step_us)}};
  });
}

}  // namespace flopprof::gpu
