#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace flopprof::capture {

struct QuietChild {
  std::string path;
  std::vector<std::string> arguments;  ///< after the program's name
  std::vector<std::string>
      forget;       ///< variables, or their first letters with a *, it is not to have
  int input = -1;   ///< the child's descriptor 3
  int output = -1;  ///< the child's descriptor 4
};

/// Runs a program to its end, `at_most` so long, and then kills it. False when it did not begin;
/// whether it did its work, its output says.
///
/// The job does not notice: its handlers around fork() do not run, it gets no SIGCHLD, and its
/// wait() does not find the child. The child has no other descriptors of the job, no output, and
/// the lowest priority.
bool run_quietly(const QuietChild& child, std::chrono::milliseconds at_most);

}  // namespace flopprof::capture
