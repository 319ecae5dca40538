#include <chrono>
#include <random>
#include <thread>

#include "flopprof/mark.h"
#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {
namespace {

void rest(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

/// 100 us of kernels after a pause in which the next batch is read.
void step(Gpu& gpu) {
  rest(100);
  gpu.launch("load", 10);
  for (int layer = 0; layer < 3; ++layer) gpu.launch("forward", 10);
  for (int layer = 0; layer < 3; ++layer) gpu.launch("backward", 15);
  gpu.launch("update", 15);
  check(cuCtxSynchronize());
}

/// 50 steps after 40 us of other work.
void unmarked() {
  Gpu gpu;
  for (int i = 0; i < 4; ++i) gpu.launch("init", 10);
  for (int number = 0; number < 50; ++number) step(gpu);
}

/// 30 steps, 400 us of evaluation, 5 steps.
void evaluates() {
  Gpu gpu;
  for (int number = 0; number < 30; ++number) step(gpu);
  for (int i = 0; i < 200; ++i) gpu.launch("evaluate", 2);
  for (int number = 0; number < 5; ++number) step(gpu);
}

/// What it launches is never the same.
void aimless() {
  Gpu gpu;
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    if (i % 3 == 0) rest(2);
    gpu.launch("kernel" + std::to_string(random() % 12), 1 + random() % 4);
  }
}

/// 25 steps, then three that it marks.
void marks_late() {
  Gpu gpu;
  for (int number = 0; number < 25; ++number) step(gpu);
  for (int number = 0; number < 3; ++number) {
    const flopprof::StepScope scope;
    step(gpu);
  }
}

}  // namespace

const Jobs& unmarked_jobs() {
  static const Jobs jobs = {{"unmarked", unmarked},
                            {"evaluates", evaluates},
                            {"aimless", aimless},
                            {"marks_late", marks_late}};
  return jobs;
}

}  // namespace simgpu::job
