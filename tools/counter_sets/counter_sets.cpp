#include "profiler/counters/counter_sets.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "profiler/capture/counter_scheduler.h"

namespace {

std::string counter_sets_csv(const std::string& libcupti, const std::vector<std::string>& chips) {
  const flopprof::capture::CounterScheduler scheduler(libcupti);
  std::string csv(flopprof::counters::kCounterSetsHeader);
  for (const std::string& chip : chips) {
    const auto passes_of = [&](const std::vector<std::string>& metrics) {
      return scheduler.passes(chip, metrics);
    };
    const auto sets = flopprof::counters::covering_sets(scheduler.base_metrics(chip), passes_of);
    csv += flopprof::counters::csv_lines(chip, sets, passes_of);
  }
  return csv;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Compute which FLOP counters of a chip fit together in one pass, without a GPU"};
  std::string libcupti = FLOPPROF_LIBCUPTI;
  std::vector<std::string> chips = {"GA100", "AD102", "GH100", "GB100", "GB202"};
  app.add_option("--libcupti", libcupti, "The library to ask")->capture_default_str();
  app.add_option("chips", chips, "As CUPTI names them")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    std::fputs(counter_sets_csv(libcupti, chips).c_str(), stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counter_sets: %s\n", error.what());
    return 1;
  }
  return 0;
}
