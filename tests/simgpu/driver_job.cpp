// A job that calls the driver itself and knows what it launches: a kernel runs one microsecond per
// block of its grid. `driver_job NAME [STEPS]`; it prints what the driver answered.

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/simgpu/job/jobs.h"

namespace {

void run(const std::string& name) {
  for (const auto* jobs :
       {&simgpu::job::step_jobs(), &simgpu::job::counted_jobs(), &simgpu::job::graph_jobs(),
        &simgpu::job::crowded_jobs(), &simgpu::job::tape_jobs(), &simgpu::job::unmarked_jobs()}) {
    if (const auto job = jobs->find(name); job != jobs->end()) return job->second();
  }
  throw std::invalid_argument("driver_job has no job " + name);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "steps";
  if (argc > 2) simgpu::job::steps_wanted = std::atoi(argv[2]);
  if (name != "child_steps") simgpu::job::check(cuInit(0));
  run(name);
  std::puts("done");
  return 7;
}
