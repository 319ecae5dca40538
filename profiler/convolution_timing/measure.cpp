#include "profiler/convolution_timing/measure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <utility>

namespace flopprof::convolution_timing {
namespace {

using convolution::Analysis;
using convolution::Measured;

Measured failed(const Analysis& analysis, const std::string& engine, const std::string& problem) {
  Measured row{.analysis = analysis};
  row.engine = engine;
  row.problem = problem;
  return row;
}

/// What a candidate executes: by its definition, else as counted.
convolution::Executed executed_by(const Candidate& candidate, const Bench& bench,
                                  std::string& problem) {
  if (candidate.known.source != convolution::CountSource::kNone || !bench.count_launch) {
    return candidate.known;
  }
  try {
    convolution::Executed executed = bench.count_launch(candidate.launch);
    if (!executed.problems.empty()) {
      problem = fmt::format("not counted: {}", fmt::join(executed.problems, "; "));
    }
    return executed;
  } catch (const std::exception& error) {
    problem = fmt::format("not counted: {}", error.what());
    return {};
  }
}

/// Into the row, where it ran at all.
void take_footprint(const Candidate& candidate, const Bench& bench, Measured& row) {
  if (!bench.take_footprint) return;
  row.footprint = bench.take_footprint(candidate.launch);
  for (const std::string& problem : row.footprint.problems) {
    if (!row.problem.empty()) row.problem += "; ";
    row.problem += problem;
  }
}

void add_rows(const Analysis& analysis, const Candidate& candidate, const TimedWork& work,
              const Bench& bench, std::vector<Measured>& rows) {
  Measured row{.analysis = analysis};
  row.engine = candidate.engine;
  row.layout = candidate.layout;
  row.notes = candidate.notes;
  row.workspace_bytes = candidate.workspace_bytes;
  row.warm = work.warm;
  row.cold = work.cold;
  row.problem = work.problem;
  if (row.problem.empty()) {
    row.executed = executed_by(candidate, bench, row.problem);
    take_footprint(candidate, bench, row);
  }
  for (const auto& limit : candidate.workspace_limits) {
    row.workspace_limit = limit;
    rows.push_back(row);
  }
}

std::vector<Candidate> candidates_for(const Analysis& analysis, const Tensors& tensors,
                                      const Bench& bench, std::vector<Measured>& rows) {
  std::vector<Candidate> all;
  for (const FindCandidates& source : bench.sources) {
    try {
      for (Candidate& candidate : source(analysis, tensors)) all.push_back(std::move(candidate));
    } catch (const std::exception& error) {
      rows.push_back(failed(analysis, "none", error.what()));
    }
  }
  return all;
}

void measure_one(const Analysis& analysis, const Bench& bench, std::vector<Measured>& rows) {
  const auto tensors = bench.allocate(analysis);
  const std::vector<Candidate> candidates = candidates_for(analysis, *tensors, bench, rows);
  std::vector<TimedWork> works;
  for (const Candidate& candidate : candidates) {
    works.push_back(
        {.name = fmt::format("{}/{}/{}/{}", text_of(analysis.layer.shape),
                             name_of(analysis.direction), analysis.format.name, candidate.engine),
         .launch = candidate.launch});
  }
  time_all(works, bench.time_launch, bench.iterations);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    add_rows(analysis, candidates[i], works[i], bench, rows);
  }
}

}  // namespace

std::vector<Measured> measure(const std::vector<Analysis>& analyses, const Bench& bench) {
  std::vector<Measured> rows;
  for (std::size_t i = 0; i < analyses.size(); ++i) {
    if (bench.progress) bench.progress(i, analyses.size(), analyses[i]);
    try {
      measure_one(analyses[i], bench, rows);
    } catch (const std::exception& error) {
      rows.push_back(failed(analyses[i], "none", error.what()));
    }
  }
  return rows;
}

}  // namespace flopprof::convolution_timing
