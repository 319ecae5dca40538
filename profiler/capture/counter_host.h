#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace flopprof::capture {

// CUPTI's host library takes 107 MB, keeps them, and ends itself at the process's exit before our
// last word. So it never comes into the job: a program of our own is asked, and is gone again.

struct CounterQuestion {
  enum class About {
    kConfig,  ///< what the range profiler is told to count: `image` is the counters' availability
    kValues,  ///< what it counted: `image` is its data
  };
  About about = About::kConfig;
  std::string chip;
  std::vector<std::string> metrics;
  std::vector<std::uint8_t> image;
};

struct CounterAnswer {
  std::string error;  ///< empty: it went well
  std::vector<std::uint8_t> config;
  std::vector<double> values;  ///< one a metric
};

/// One answer a question. Takes a quarter of a second of another processor. Throws
/// std::runtime_error where nobody answers.
std::vector<CounterAnswer> ask_counter_host(const std::string& libcupti,
                                            std::span<const CounterQuestion> questions,
                                            std::chrono::milliseconds at_most);

/// The other side: reads questions from the descriptor `input` to its end, writes answers to
/// `output`.
void answer_counter_questions(const std::string& libcupti, int input, int output);

}  // namespace flopprof::capture
