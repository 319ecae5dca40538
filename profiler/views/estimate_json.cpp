#include "profiler/views/estimate_json.h"

namespace flopprof::views {
namespace {

void write_sources(JsonWriter& json, const std::vector<FlopSource>& sources) {
  json.key("flop_sources").begin_array();
  for (const FlopSource& each : sources) {
    json.begin_object().key("source").text(each.source);
    json.key("state").text(each.used ? "used" : "not used");
    json.key("why").text(each.why).key("remedy").text(each.remedy).end_object();
  }
  json.end_array();
}

}  // namespace

void write_estimate(JsonWriter& json, const Report& report) {
  if (!report.sources.empty()) write_sources(json, report.sources);
  if (!report.estimate) return;
  const ActivityEstimate& found = *report.estimate;
  json.key("executed_flops_estimate").begin_object().key("at_most");
  found.flops ? json.flops(*found.flops) : json.null();
  // It is neither counted nor extrapolated nor modelled.
  json.key("source").text("none").key("from").text("tensor activity");
  json.key("if_in_class").text(found.flop_class).key("missing").text(found.missing);
  json.key("devices").integer(found.devices);
  json.key("watched_device_seconds").real(found.watched_seconds);
  json.key("steps_share").real(found.steps_share).key("active_share").begin_object();
  for (const ActivityEstimate::Share& each : found.shares) json.key(each.unit).real(each.share);
  json.end_object().end_object();
}

}  // namespace flopprof::views
