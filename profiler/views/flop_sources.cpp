#include "profiler/views/flop_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "profiler/views/safe_text.h"

namespace flopprof::views {
namespace {

/// Faults that say why nothing was counted, the first cause first.
constexpr std::array<std::string_view, 4> kRefusals = {
    "another profiler in the way", "GPU work not counted", "executed FLOPs not counted",
    "step not counted"};
constexpr std::string_view kNoActivity = "tensor activity not measured";

const Fault* fault_of(const RunOverview& run, std::string_view what) {
  const auto found = std::find_if(run.faults.begin(), run.faults.end(),
                                  [what](const Fault& fault) { return fault.what == what; });
  return found == run.faults.end() ? nullptr : &*found;
}

const Fault* refusal_in(const RunOverview& run) {
  for (const std::string_view what : kRefusals) {
    if (const Fault* fault = fault_of(run, what)) return fault;
  }
  return nullptr;
}

FlopSource counters(const RunOverview& run, const Fault& refusal) {
  FlopSource source{.source = "hardware counters"};
  source.used = run.gpu && run.gpu->executed.flops;
  source.why =
      source.used ? fmt::format("now and then refused: {}", refusal.detail) : refusal.detail;
  source.remedy = refusal.remedy;
  return source;
}

FlopSource activity(const RunOverview& run) {
  FlopSource source{.source = "tensor activity", .used = !run.activity.empty()};
  if (source.used) {
    source.why = "an estimate, by GPM of the driver's management library";
  } else if (const Fault* fault = fault_of(run, kNoActivity)) {
    source.why = fault->detail;
    source.remedy = fault->remedy;
  } else {
    source.why = "the run ended before there were two samples, which are a second apart";
  }
  return source;
}

FlopSource model(const RunOverview& run) {
  FlopSource source{.source = "model FLOPs", .used = run.total.source != "none"};
  source.why = source.used ? "what operators require, from their shapes"
                           : "no operator of a LibTorch was counted";
  return source;
}

}  // namespace

std::vector<FlopSource> sources_of(const RunOverview& run) {
  const Fault* refusal = refusal_in(run);
  if (refusal == nullptr) return {};
  FlopSource best = counters(run, *refusal);
  if (best.used && run.activity.empty()) return {};  // the next one was never wanted
  return {std::move(best), activity(run), model(run)};
}

std::string text_of(const FlopSource& source) {
  const std::string text = fmt::format("{}: {}: {}", source.source,
                                       source.used ? "used" : "not used", printable(source.why));
  return source.remedy.empty() ? text
                               : fmt::format("{}; remedy: {}", text, printable(source.remedy));
}

}  // namespace flopprof::views
