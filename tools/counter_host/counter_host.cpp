// Answers the questions that flopprof has in a job about hardware counters, where CUPTI's host
// library does no harm: in a process of its own. Reads them from descriptor 3, answers on
// descriptor 4.

#include "profiler/capture/counter_host.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  constexpr int kQuestions = 3;
  constexpr int kAnswers = 4;
  if (argc != 2) {
    std::fputs("usage: counter_host LIBCUPTI; flopprof calls it\n", stderr);
    return 2;
  }
  try {
    flopprof::capture::answer_counter_questions(argv[1], kQuestions, kAnswers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counter_host: %s\n", error.what());
    return 1;
  }
  return 0;
}
