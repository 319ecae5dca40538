#include "profiler/cudnn/engines.h"

#include <algorithm>
#include <array>
#include <set>

#include "profiler/cudnn/graph.h"

namespace flopprof::cudnn {
namespace {

constexpr std::size_t kMostNotes = 32;
constexpr char kAnEngine[] = "an engine of cuDNN";
constexpr char kAConfiguration[] = "a configuration of an engine of cuDNN";

/// The engine configurations that one kind of heuristics proposes, best first; none where it does
/// not know the problem.
std::vector<Descriptor> proposals(const Library& library, const Device& device,
                                  const Descriptor& graph, cudnnBackendHeurMode_t mode) {
  Descriptor heuristics(library, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "cuDNN's heuristics");
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, mode)
      .set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device.properties());
  if (!heuristics.supported()) return {};
  std::vector<Descriptor> configurations;
  const std::size_t count = heuristics.count_of_descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS);
  for (std::size_t i = 0; i < count; ++i) {
    configurations.emplace_back(library, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, kAConfiguration);
  }
  const std::size_t filled = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, configurations);
  while (configurations.size() > filled) configurations.pop_back();
  return configurations;
}

template <typename Note>
std::vector<std::string> names_of(const std::vector<Note>& notes) {
  std::vector<std::string> names;
  for (const Note note : notes) names.push_back(name_of(note));
  return names;
}

/// What the engine of `configuration` says of itself.
Plan engine_in(const Library& library, const Descriptor& configuration) {
  std::vector<Descriptor> engine;
  engine.emplace_back(library, CUDNN_BACKEND_ENGINE_DESCRIPTOR, kAnEngine);
  configuration.get(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  Plan plan;
  const auto index = engine[0].get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, 1);
  plan.engine = index.empty() ? -1 : index[0];
  plan.numerical_notes = names_of(
      engine[0].get<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, kMostNotes));
  plan.behavior_notes = names_of(
      engine[0].get<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, kMostNotes));
  return plan;
}

bool wanted(const Plan& plan, const convolution::NumberFormat& format) {
  const bool tensor_cores =
      std::ranges::find(plan.numerical_notes, "tensor_core") != plan.numerical_notes.end();
  if (format.name == "fp32") return !tensor_cores;
  if (format.name == "tf32") return tensor_cores;
  return true;
}

/// False where cuDNN refuses to make the plan.
bool make(const Library& library, const Device& device, const Descriptor& configuration,
          Plan& plan) {
  auto execution = std::make_shared<Descriptor>(library, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
                                                "a plan of cuDNN");
  execution->set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration)
      .set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device.properties());
  if (!execution->supported()) return false;
  const auto bytes = execution->get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, 1);
  plan.workspace_bytes = bytes.empty() ? 0 : bytes[0];
  plan.execution = std::move(execution);
  return true;
}

/// The configurations, of their own, of all engines that take the problem and are not in `seen`.
std::vector<Descriptor> others(const Library& library, const Device& device,
                               const Descriptor& graph, const std::set<std::int64_t>& seen) {
  std::vector<Descriptor> configurations;
  const auto count = graph.get<std::int64_t>(CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, 1);
  for (std::int64_t index = 0; !count.empty() && index < count[0]; ++index) {
    if (seen.contains(index)) continue;
    Descriptor engine(library, CUDNN_BACKEND_ENGINE_DESCRIPTOR, kAnEngine);
    engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph)
        .set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, index)
        .set(CUDNN_ATTR_ENGINE_DEVICEPROP, device.properties());
    if (!engine.supported()) continue;
    Descriptor configuration(library, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, kAConfiguration);
    configuration.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
    if (configuration.supported()) configurations.push_back(std::move(configuration));
  }
  return configurations;
}

}  // namespace

Device Device::of_handle(const Library& library, cudnnHandle_t handle) {
  Descriptor properties(library, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "this device, for cuDNN");
  properties.set(CUDNN_ATTR_DEVICEPROP_HANDLE, handle).finalize();
  return Device(std::move(properties));
}

Device Device::of_description(const Library& library, std::string_view json) {
  Descriptor properties(library, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "a device, for cuDNN");
  properties
      .set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
           std::span<const char>(json.data(), json.size()))
      .finalize();
  return Device(std::move(properties));
}

Layout usual_layout(const convolution::NumberFormat& format) {
  return format.name == "fp32" ? Layout::kChannelsFirst : Layout::kChannelsLast;
}

Plans plans_of(const Library& library, const Device& device, const Problem& problem) {
  const Descriptor graph = graph_of(library, problem);
  Plans all;
  std::set<std::int64_t> seen;
  const auto take = [&](const std::vector<Descriptor>& configurations, bool proposed) {
    for (const Descriptor& configuration : configurations) {
      Plan plan = engine_in(library, configuration);
      plan.proposed = proposed;
      if (!seen.insert(plan.engine).second || !wanted(plan, problem.format)) continue;
      if (make(library, device, configuration, plan)) {
        all.plans.push_back(std::move(plan));
      } else {
        ++all.refused;
      }
    }
  };
  take(proposals(library, device, graph, CUDNN_HEUR_MODE_A), true);
  take(proposals(library, device, graph, CUDNN_HEUR_MODE_FALLBACK), true);
  take(others(library, device, graph, seen), false);
  return all;
}

std::vector<Choice> best_under(const std::vector<Plan>& plans,
                               const std::vector<std::optional<std::int64_t>>& limits) {
  std::vector<Choice> choices;
  for (const auto& limit : limits) {
    const auto fits = [&](const Plan& plan) { return !limit || plan.workspace_bytes <= *limit; };
    const auto first = std::ranges::find_if(plans, fits);
    if (first == plans.end()) continue;
    const auto plan = static_cast<std::size_t>(first - plans.begin());
    const auto known = std::ranges::find(choices, plan, &Choice::plan);
    if (known == choices.end()) {
      choices.push_back({plan, {limit}});
    } else {
      known->limits.push_back(limit);
    }
  }
  return choices;
}

std::vector<Choice> all_under(const std::vector<Plan>& plans,
                              const std::vector<std::optional<std::int64_t>>& limits) {
  std::optional<std::int64_t> largest = 0;
  for (const auto& limit : limits) {
    largest = limit && largest ? std::optional(std::max(*limit, *largest)) : std::nullopt;
  }
  std::vector<Choice> choices;
  for (std::size_t plan = 0; plan < plans.size(); ++plan) {
    if (largest && plans[plan].workspace_bytes > *largest) continue;
    choices.push_back({plan, {largest}});
  }
  return choices;
}

std::string name_of(cudnnBackendNumericalNote_t note) {
  constexpr std::array<std::string_view, 10> kNames = {"tensor_core",
                                                       "down_convert_inputs",
                                                       "reduced_precision_reduction",
                                                       "fft",
                                                       "nondeterministic",
                                                       "winograd",
                                                       "winograd_tile_4x4",
                                                       "winograd_tile_6x6",
                                                       "winograd_tile_13x13",
                                                       "strict_nan_prop"};
  const auto index = static_cast<std::size_t>(note);
  return index < kNames.size() ? std::string(kNames[index])
                               : "numerical_note_" + std::to_string(index);
}

std::string name_of(cudnnBackendBehaviorNote_t note) {
  constexpr std::array<std::string_view, 5> kNames = {
      "runtime_compilation", "requires_filter_int8x32_reorder", "requires_bias_int8x32_reorder",
      "supports_cuda_graph", "cublaslt_dependency"};
  const auto index = static_cast<std::size_t>(note);
  return index < kNames.size() ? std::string(kNames[index])
                               : "behavior_note_" + std::to_string(index);
}

}  // namespace flopprof::cudnn
