#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "kCounterSetsCsv.h"
#include "profiler/counters/counter.h"
#include "profiler/counters/counter_sets.h"

namespace flopprof::counters {
namespace {

struct Row {
  std::string_view chip;
  std::string_view set;
  std::string_view metric;
};

/// The rows of the file that is compiled in, whose fields never need quotes.
std::vector<Row> rows() {
  std::vector<Row> rows;
  std::string_view text = kCounterSetsCsv;
  text.remove_prefix(text.find('\n') + 1);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t chip_ends = line.find(',');
    const std::size_t set_ends = line.find(',', chip_ends + 1);
    const std::size_t metric_ends = line.find(',', set_ends + 1);
    rows.push_back({.chip = line.substr(0, chip_ends),
                    .set = line.substr(chip_ends + 1, set_ends - chip_ends - 1),
                    .metric = line.substr(set_ends + 1, metric_ends - set_ends - 1)});
    text.remove_prefix(line.size() + 1);
  }
  return rows;
}

}  // namespace

std::string csv_lines(std::string_view chip, const std::vector<CounterSet>& sets,
                      const PassesOf& passes_of) {
  std::string lines;
  for (const CounterSet& set : sets) {
    const std::string passes = std::to_string(passes_of(set.metrics));
    for (const std::string& metric : set.metrics) {
      const auto counter = counter_of(metric);
      const std::string worth = counter ? std::string(name_of(counter->flop_class)) + "," +
                                              std::to_string(counter->weight)
                                        : ",0";
      lines +=
          std::string(chip) + "," + set.name + "," + metric + "," + worth + "," + passes + "\n";
    }
  }
  return lines;
}

std::vector<CounterSet> counter_sets_of(std::string_view chip) {
  std::vector<CounterSet> sets;
  for (const Row& row : rows()) {
    if (row.chip != chip) continue;
    if (sets.empty() || sets.back().name != row.set) sets.push_back({.name = std::string(row.set)});
    sets.back().metrics.emplace_back(row.metric);
  }
  return sets;
}

std::vector<std::string> chips_with_counter_sets() {
  std::vector<std::string> chips;
  for (const Row& row : rows()) {
    if (chips.empty() || chips.back() != row.chip) chips.emplace_back(row.chip);
  }
  return chips;
}

}  // namespace flopprof::counters
