#include "profiler/to_accuracy/entry_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace flopprof::to_accuracy {
namespace {

using Json = nlohmann::ordered_json;

/// JSON's numbers have any number of digits, the library's 64 bits: longer ones pass as strings
/// marked with a private-use character.
class ExactJson {
 public:
  Json number(Flops flops) {
    if (flops.count <= std::numeric_limits<std::uint64_t>::max())
      return static_cast<std::uint64_t>(flops.count);
    long_.push_back(flops.digits());
    return mark(long_.size() - 1);
  }
  std::string text(const Json& json) const {
    std::string out = json.dump(2, ' ', false, Json::error_handler_t::replace);
    for (std::size_t i = 0; i < long_.size(); ++i) {
      const std::string quoted = '"' + mark(i) + '"';
      out.replace(out.find(quoted), quoted.size(), long_[i]);
    }
    return out;
  }

 private:
  static std::string mark(std::size_t i) { return fmt::format("\xEE\x80\x80{}", i); }
  std::vector<std::string> long_;
};

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json whole_or_null(const std::optional<double>& value) {
  return value ? Json(static_cast<std::int64_t>(std::llround(*value))) : Json();
}

Json excluded_of(const TrainingRun& run, const std::optional<WorkToStep>& work, ExactJson& exact) {
  Json list = Json::array();
  for (const Excluded& excluded : run.excluded) {
    list.push_back({{"what", excluded.what}, {"model_flops", exact.number(excluded.flops)}});
  }
  if (work)
    list.push_back({{"what", "training after the target"},
                    {"model_flops", exact.number(run.flops - work->flops)}});
  return list;
}

void put_cost(Json& json, Flops flops, Convention convention, ExactJson& exact) {
  json["flops_to_target"] = exact.number(flops);
  json["tfs_days"] = tfs_days(flops, Convention::kFlop);
  json["tfs_days_dataset_convention"] = tfs_days(flops, convention);
}

void put_run(Json& json, const TargetResult& result, ExactJson& exact) {
  if (!result.run) return;
  json["run"] = result.run->path;
  json["run_steps"] = result.run->steps;
  json["faults"] = result.run->faults;
  json["excluded"] = excluded_of(*result.run, result.work, exact);
  if (!result.work) return;
  json["steps_without_flops"] = result.work->steps_without_flops;
  json["wall_seconds_to_target"] = result.work->wall_seconds;
  if (result.work->gpu_seconds)
    json["steps_without_gpu_time"] = result.work->steps_without_gpu_time;
}

Json one(const TargetResult& result, const std::string& metric, Convention convention,
         ExactJson& exact) {
  const Position position = result.position.value_or(Position{});
  Json json = {{"reached", result.reached},
               {"target", result.target},
               {"metric", metric},
               {"epoch", or_null(position.epochs)},
               {"step", or_null(position.steps)},
               {"flops_to_target", nullptr},
               {"source", source_of(result)},
               {"tfs_days", nullptr},
               {"tfs_days_dataset_convention", nullptr}};
  if (result.reached && (result.work || result.nominal))
    put_cost(json, flops_of(result), convention, exact);
  json["convention"] = convention == Convention::kMac ? "mac" : "flop";
  json["images_to_target"] = whole_or_null(position.images);
  json["gpu_seconds_to_target"] =
      or_null(result.work ? result.work->whole_gpu_seconds() : std::nullopt);
  json["accuracy"] = result.accuracy;
  json["log"] = result.log;
  json["log_format"] = result.format;
  json["log_metric"] = result.metric;
  json["log_epoch"] = or_null(position.log_epoch);
  put_run(json, result, exact);
  if (result.nominal) {
    json["nominal"] = {{"macs_per_image", result.nominal->macs_per_image},
                       {"multiplier", 3},
                       {"flops_to_target", exact.number(result.nominal->flops)},
                       {"tfs_days_dataset_convention", tfs_days(result.nominal->flops, convention)},
                       {"true_multiplier", or_null(result.nominal->true_multiplier)}};
  }
  json["notes"] = result.notes;
  return json;
}

}  // namespace

std::string to_json(const std::vector<TargetResult>& results, const std::string& metric,
                    Convention convention) {
  ExactJson exact;
  const auto reached =
      std::find_if(results.begin(), results.end(), [](const TargetResult& r) { return r.reached; });
  const TargetResult& shown = reached == results.end() ? results.front() : *reached;
  Json json = one(shown, metric, convention, exact);
  if (results.size() == 1) return exact.text(json);
  const SeedSummary seeds = summary_of(results);
  Json each = Json::array();
  for (const TargetResult& result : results) each.push_back(one(result, metric, convention, exact));
  if (seeds.reached > 0 && (shown.work || shown.nominal))
    put_cost(json, seeds.mean, convention, exact);
  json["seeds"] = {{"runs", results.size()},
                   {"reached", seeds.reached},
                   {"not_reached", seeds.not_reached},
                   {"mean_flops_to_target", exact.number(seeds.mean)},
                   {"standard_deviation_flops", seeds.standard_deviation},
                   {"least_flops_to_target", exact.number(seeds.least)},
                   {"most_flops_to_target", exact.number(seeds.most)},
                   {"each", each}};
  json["notes"].push_back(
      "flops_to_target is the mean over the runs that reached the target; epoch, step and images "
      "are those "
      "of the first of them");
  return exact.text(json);
}

}  // namespace flopprof::to_accuracy
