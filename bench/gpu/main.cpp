// Asks a real GPU what only it can answer: one question a call, one line of JSON a case. Exit
// status 77: no GPU.

#include <cuda_runtime_api.h>
#include <grp.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>

#include "bench/gpu/answer.h"
#include "bench/gpu/questions.h"

namespace {

using namespace flopprof::gpu;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kNoGpu = 77;

struct Question {
  const char* name;
  void (*ask)();
  const char* text;
};

constexpr std::array kQuestions = {
    Question{"products", ask_about_products, "Count matrix products of cuBLAS"},
    Question{"range_cost", ask_about_range_cost, "Time each call that counting needs"},
    Question{"known_kernels", ask_about_known_kernels, "Count kernels of known FLOPs"},
    Question{"ranges_with_tracing", ask_about_ranges_with_tracing, "Count and trace at once"},
    Question{"tracing_cost", ask_about_tracing_cost, "Time launches with and without tracing"},
    Question{"boundaries", ask_about_boundaries, "Wait for and count at busy boundaries"},
    Question{"permissions", ask_about_permissions, "See what is refused to this user"},
    Question{"sources", ask_about_sources, "Try what else than counters there is"},
    Question{"launches", launch_in_steps, "Time launches, bare or attached"},
};

void become(int user) {
  if (user < 0) return;
  const auto id = static_cast<uid_t>(user);
  if (setgroups(0, nullptr) != 0 || setgid(id) != 0 || setuid(id) != 0)
    throw Refused("setuid: this takes root");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Ask a real GPU what only it can answer");
  int user = -1;
  app.add_option("--user", user, "ask as the user of this number; takes root");
  app.require_subcommand(1);
  void (*chosen)() = nullptr;
  for (const Question& question : kQuestions)
    app.add_subcommand(question.name, question.text)->fallthrough()->callback([&chosen, &question] {
      chosen = question.ask;
    });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  try {
    become(user);
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
      std::fputs("gpu_questions: no GPU\n", stderr);
      return kNoGpu;
    }
    chosen();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_questions: %s\n", error.what());
    return kFailed;
  }
  return 0;
}
