#include "profiler/views/step_buckets.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

/// The lower median, as run.db's per_step_total takes it.
template <typename Spread, typename Number>
std::optional<Spread> spread_of(std::vector<Number>& numbers) {
  if (numbers.empty()) return std::nullopt;
  std::sort(numbers.begin(), numbers.end());
  return Spread{numbers.front(), numbers[(numbers.size() - 1) / 2], numbers.back()};
}

void note(std::string_view source, SourceCounts& counts) {
  if (source == "none") {
    ++counts.none;
  } else if (source == "extrapolated") {
    ++counts.extrapolated;
  } else {
    ++counts.seen;
  }
}

/// The steps of one bucket as they come.
class Filling {
 public:
  void add(const StepTotal& step) {
    if (bucket_.steps++ == 0) bucket_.first = step;
    bucket_.last = step;
    if (step.model_flops) model_.push_back(*step.model_flops);
    if (step.executed_flops) executed_.push_back(*step.executed_flops);
    if (step.gpu_ns) gpu_.push_back(*step.gpu_ns);
    wall_.push_back(step.wall_ns);
    note(step.source, bucket_.model_source);
    note(step.executed_source, bucket_.executed_source);
    note(step.gpu_source, bucket_.gpu_source);
  }
  std::int64_t steps() const { return bucket_.steps; }
  StepBucket take() {
    bucket_.model = spread_of<FlopsSpread>(model_);
    bucket_.executed = spread_of<FlopsSpread>(executed_);
    bucket_.gpu = spread_of<NsSpread>(gpu_);
    bucket_.wall = spread_of<NsSpread>(wall_).value_or(NsSpread{});
    StepBucket full = std::move(bucket_);
    *this = {};
    return full;
  }

 private:
  StepBucket bucket_;
  std::vector<Flops> model_, executed_;
  std::vector<std::int64_t> wall_, gpu_;
};

std::string steps_text(const StepBucket& bucket) {
  if (bucket.first.world == bucket.last.world) {
    return fmt::format("{} to {}", grouped(bucket.first.step), grouped(bucket.last.step));
  }
  return fmt::format("{} {} to {} {}", bucket.first.world, grouped(bucket.first.step),
                     bucket.last.world, grouped(bucket.last.step));
}

Value maybe(const std::optional<FlopsSpread>& spread, Flops FlopsSpread::* which) {
  if (!spread) return Nothing{};
  return (*spread).*which;
}

Value maybe(const std::optional<NsSpread>& spread, std::int64_t NsSpread::* which) {
  if (!spread) return Nothing{};
  return Seconds{seconds_of((*spread).*which)};
}

Fields fields_of(const StepBucket& bucket) {
  const auto if_known = [](const auto& spread, std::string_view title) {
    return spread ? title : std::string_view();
  };
  const std::optional<NsSpread> wall = bucket.wall;
  const auto& [model, executed, gpu] = std::tie(bucket.model, bucket.executed, bucket.gpu);
  return {
      {"steps", "steps", Name{steps_text(bucket)}},
      {"model_flops_median", if_known(model, "model FLOPs, median"),
       maybe(model, &FlopsSpread::median)},
      {"model_flops_min", if_known(model, "least"), maybe(model, &FlopsSpread::min)},
      {"model_flops_max", if_known(model, "most"), maybe(model, &FlopsSpread::max)},
      {"source", "source", Word{source_text(bucket.model_source, "modelled")}},
      {"executed_flops_median", if_known(executed, "executed FLOPs, median"),
       maybe(executed, &FlopsSpread::median)},
      {"executed_flops_min", if_known(executed, "least"), maybe(executed, &FlopsSpread::min)},
      {"executed_flops_max", if_known(executed, "most"), maybe(executed, &FlopsSpread::max)},
      {"executed_source", if_known(executed, "source"),
       Word{source_text(bucket.executed_source, "counted")}},
      {"wall_seconds_median", "wall, median", maybe(wall, &NsSpread::median)},
      {"wall_seconds_min", "least", maybe(wall, &NsSpread::min)},
      {"wall_seconds_max", "most", maybe(wall, &NsSpread::max)},
      {"gpu_seconds_median", if_known(gpu, "GPU busy, median"), maybe(gpu, &NsSpread::median)},
      {"gpu_seconds_min", if_known(gpu, "least"), maybe(gpu, &NsSpread::min)},
      {"gpu_seconds_max", if_known(gpu, "most"), maybe(gpu, &NsSpread::max)},
      {"gpu_source", if_known(gpu, "source"), Word{source_text(bucket.gpu_source, "measured")}}};
}

}  // namespace

std::vector<StepBucket> buckets_of(const EachStep& each_step, std::int64_t steps,
                                   std::int64_t most) {
  const std::int64_t size = std::max<std::int64_t>(1, (steps + most - 1) / most);
  std::vector<StepBucket> buckets;
  Filling filling;
  each_step([&](const StepTotal& step) {
    filling.add(step);
    if (filling.steps() == size) buckets.push_back(filling.take());
  });
  if (filling.steps() > 0) buckets.push_back(filling.take());
  return buckets;
}

std::vector<Fields> rows_of(const std::vector<StepBucket>& buckets) {
  const bool each_alone = std::all_of(buckets.begin(), buckets.end(),
                                      [](const StepBucket& bucket) { return bucket.steps == 1; });
  std::vector<Fields> rows;
  for (const StepBucket& bucket : buckets) {
    rows.push_back(each_alone ? views::fields_of(bucket.first) : fields_of(bucket));
  }
  return rows;
}

std::string source_text(const SourceCounts& counts, std::string_view seen) {
  std::string text;
  int kinds = 0;
  std::string_view only;
  const auto add = [&](std::int64_t steps, std::string_view word) {
    if (steps == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(steps), word);
    only = word;
    ++kinds;
  };
  add(counts.seen, seen);
  add(counts.extrapolated, "extrapolated");
  add(counts.none, "none");
  return kinds == 1 ? std::string(only) : text;
}

}  // namespace flopprof::views
