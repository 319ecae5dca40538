#include "profiler/views/fields.h"

#include <string>

#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

Share share_of(Flops part, Flops whole) {
  if (whole.count == 0) return {};
  return {static_cast<double>(part.count) / static_cast<double>(whole.count)};
}

Seconds seconds(std::int64_t nanoseconds) { return {seconds_of(nanoseconds)}; }

Value maybe(std::optional<std::int64_t> count) {
  if (!count) return Nothing{};
  return Count{*count};
}

Value maybe(const std::optional<Flops>& flops) {
  if (!flops) return Nothing{};
  return *flops;
}

Value maybe_seconds(std::optional<std::int64_t> nanoseconds) {
  if (!nanoseconds) return Nothing{};
  return seconds(*nanoseconds);
}

Value maybe_word(const std::string& word) {
  if (word.empty()) return Nothing{};
  return Word{word};
}

Value maybe_share(std::optional<double> share) {
  if (!share) return Nothing{};
  return Share{*share};
}

/// A column that people see only where some row has a value.
std::string_view title_if(bool has_value, std::string_view title) {
  return has_value ? title : std::string_view();
}

/// Of a step, where both are known.
Value executed_to_model(const StepTotal& step) {
  if (!step.executed_flops || !step.model_flops || step.model_flops->count == 0) return Nothing{};
  return share_of(*step.executed_flops, *step.model_flops);
}

}  // namespace

Fields fields_of(const PhaseTotal& phase) {
  return {
      {"phase", "phase", Word{phase.phase}},
      {"model_flops", "model FLOPs", phase.model_flops},
      {"source", "source", Word{phase.source}},
      {"recomputed_flops", "recomputed", phase.recomputed_flops},
      {"executed_flops", title_if(phase.executed.flops.has_value(), "executed FLOPs"),
       maybe(phase.executed.flops)},
      {"executed_source", "", Word{phase.executed.source}},
      {"executed_to_model", title_if(phase.executed_to_model.has_value(), "executed / model"),
       maybe_share(phase.executed_to_model)},
      {"cause", title_if(!phase.executed.cause.empty(), "why"), maybe_word(phase.executed.cause)},
      {"calls", "calls", Count{phase.calls}},
      {"uncounted_calls", "uncounted", Count{phase.uncounted_calls}},
      {"cpu_seconds", "CPU time", seconds(phase.cpu_ns)},
      {"kernel_seconds", title_if(phase.kernel_ns.has_value(), "kernel time"),
       maybe_seconds(phase.kernel_ns)}};
}

Fields fields_of(const OpTotal& op, Flops training) {
  return {{"op", "operator", Name{op.op.empty() ? "(no operator)" : op.op}},
          {"model_flops", "model FLOPs", op.model_flops},
          {"source", "source", Word{op.source}},
          {"share", "share", share_of(op.model_flops, training)},
          {"calls", "calls", Count{op.calls}},
          {"uncounted_calls", "uncounted", Count{op.uncounted_calls}},
          {"recomputed_flops", "", op.recomputed_flops},
          {"executed_flops", title_if(op.executed.flops.has_value(), "executed FLOPs"),
           maybe(op.executed.flops)},
          {"executed_source", "", Word{op.executed.source}},
          {"executed_to_model", title_if(op.executed_to_model.has_value(), "executed / model"),
           maybe_share(op.executed_to_model)},
          {"cause", title_if(!op.executed.cause.empty(), "why"), maybe_word(op.executed.cause)},
          {"evaluation_flops", training.count == 0 ? "evaluation" : "", op.evaluation_flops},
          {"other_flops", "", op.other_flops},
          {"evaluation_calls", "", Count{op.evaluation_calls}},
          {"other_calls", "", Count{op.other_calls}},
          {"other_uncounted_calls", "", Count{op.other_uncounted_calls}},
          {"cpu_seconds", "CPU time", seconds(op.cpu_ns)},
          {"kernel_seconds", title_if(op.kernel_ns.has_value(), "kernel time"),
           maybe_seconds(op.kernel_ns)},
          {"other_kernel_seconds", "", seconds(op.other_kernel_ns)}};
}

Fields fields_of(const LayerTotal& layer, Flops training) {
  return {{"layer", "layer", Name{layer.layer}},
          {"model_flops", "model FLOPs", layer.model_flops},
          {"source", "source", Word{layer.source}},
          {"share", "share", share_of(layer.model_flops, training)},
          {"forward_flops", "forward", layer.forward_flops},
          {"backward_flops", "backward", layer.backward_flops},
          {"evaluation_flops", "", layer.evaluation_flops},
          {"other_flops", "", layer.other_flops},
          {"calls", "calls", Count{layer.calls}},
          {"uncounted_calls", "uncounted", Count{layer.uncounted_calls}},
          {"cpu_seconds", "CPU time", seconds(layer.cpu_ns)}};
}

Fields fields_of(const RankTotal& rank) {
  const std::optional<NsSpread>& wall = rank.wall_per_step;
  const auto part_of_wall = [&](auto part) -> std::optional<std::int64_t> {
    return wall ? std::optional((*wall).*part) : std::nullopt;
  };
  const double behind = rank.step_wall_ns == 0 ? 0
                                               : static_cast<double>(rank.behind_fastest_ns) /
                                                     static_cast<double>(rank.step_wall_ns);
  return {
      {"rank", "rank", maybe(rank.rank)},
      {"local_rank", "", maybe(rank.local_rank)},
      {"world", "", Name{rank.world}},
      {"world_size", "", maybe(rank.world_size)},
      {"host", "host", Name{rank.host}},
      {"pid", "", Count{rank.pid}},
      {"process", "process", Word{"pid " + std::to_string(rank.pid)}},
      {"processes", "", Count{rank.processes}},
      {"ended", "ended", Word{rank.ended}},
      {"steps", "steps", Count{rank.steps}},
      {"observed_steps", title_if(rank.observed_steps < rank.steps, "counted"),
       Count{rank.observed_steps}},
      {"model_flops", "model FLOPs", rank.model_flops},
      {"source", "source", Word{rank.source}},
      {"uncounted_calls", "", Count{rank.uncounted_calls}},
      {"executed_flops", title_if(rank.executed_flops.has_value(), "executed FLOPs"),
       maybe(rank.executed_flops)},
      {"executed_source", title_if(rank.executed_flops.has_value(), "source"),
       Word{rank.executed_source}},
      {"steps_without_executed_flops", "", Count{rank.steps_without_executed_flops}},
      {"gpu_seconds", title_if(rank.gpu_ns.has_value(), "GPU busy"), maybe_seconds(rank.gpu_ns)},
      {"steps_without_gpu_seconds", "", Count{rank.steps_without_gpu_time}},
      {"step_seconds", "", seconds(rank.step_wall_ns)},
      {"median_step_seconds", "median step", maybe_seconds(part_of_wall(&NsSpread::median))},
      {"max_step_seconds", "longest", maybe_seconds(part_of_wall(&NsSpread::max))},
      {"behind_fastest_share", "behind fastest", wall ? Value{Share{behind}} : Nothing{}},
      {"cpu_seconds", "CPU time", seconds(rank.cpu_ns)},
      {"flopprof_overhead_seconds", "overhead", seconds(rank.overhead_ns)},
      {"faults", "faults", Count{rank.faults}}};
}

Fields fields_of(const StepTotal& step) {
  const bool executed = step.executed_flops.has_value();
  const bool varies = step.executed_margin95.count > 0;
  return {
      {"step", "step", Count{step.step}},
      {"world", "", Name{step.world}},
      {"ranks", "ranks", Count{step.ranks}},
      {"began_at", "began at", Word{iso_time(step.began_at_ns)}},
      {"model_flops", "model FLOPs", maybe(step.model_flops)},
      {"source", "source", Word{step.source}},
      {"executed_flops", title_if(executed, "executed FLOPs"), maybe(step.executed_flops)},
      {"executed_source", title_if(executed, "source"), Word{step.executed_source}},
      {"executed_margin95_flops", title_if(varies, "± 95 %"),
       executed ? Value{step.executed_margin95} : Nothing{}},
      {"executed_to_model", title_if(executed, "executed / model"), executed_to_model(step)},
      {"wall_seconds", "wall", seconds(step.wall_ns)},
      {"gpu_seconds", title_if(step.gpu_ns.has_value(), "GPU busy"), maybe_seconds(step.gpu_ns)},
      {"gpu_source", title_if(step.gpu_source == "extrapolated", "source"), Word{step.gpu_source}}};
}

Fields fields_of(const ClassTotal& flop_class, Flops executed) {
  return {
      {"class", "class", Word{flop_class.flop_class}},
      {"executed_flops", "executed FLOPs", maybe(flop_class.executed_flops)},
      {"margin95_flops", title_if(flop_class.margin95.count > 0, "± 95 %"), flop_class.margin95},
      {"source", "source", Word{flop_class.source}},
      {"share", "share", share_of(flop_class.executed_flops.value_or(Flops{}), executed)},
      {"counted_steps", "steps counted", Count{flop_class.counted_steps}},
      {"extrapolated_steps", "extrapolated", Count{flop_class.extrapolated_steps}},
      {"steps_without", "left out", Count{flop_class.steps_without}},
      {"other_flops", title_if(flop_class.other_flops.has_value(), "outside steps"),
       maybe(flop_class.other_flops)}};
}

Fields fields_of(const KernelTotal& kernel, std::int64_t kernel_ns) {
  const double share =
      kernel_ns == 0 ? 0 : static_cast<double>(kernel.kernel_ns) / static_cast<double>(kernel_ns);
  return {
      {"kernel", "kernel", Name{kernel.kernel}},
      {"launches", "launches", Count{kernel.launches}},
      {"kernel_seconds", "kernel time", seconds(kernel.kernel_ns)},
      {"share", "share", Share{share}},
      {"executed_flops", title_if(kernel.executed.flops.has_value(), "executed FLOPs"),
       maybe(kernel.executed.flops)},
      {"executed_source", "", Word{kernel.executed.source}},
      {"cause", title_if(!kernel.executed.cause.empty(), "why"), maybe_word(kernel.executed.cause)},
      {"other_launches", "launches outside steps", Count{kernel.other_launches}},
      {"other_kernel_seconds", kernel_ns == 0 ? "their time" : "",
       seconds(kernel.other_kernel_ns)}};
}

Fields fields_of(const DeviceTotal& device) {
  return {{"device", "device", Count{device.device}},
          {"name", "name", Name{device.name}},
          {"host", "", Name{device.host}},
          {"uuid", "", Name{device.uuid}},
          {"executed_flops", title_if(device.executed_flops.has_value(), "executed FLOPs"),
           maybe(device.executed_flops)},
          {"executed_source", "", Word{device.executed_source}},
          {"kernels", "kernels", Count{device.kernels}},
          {"kernel_seconds", "kernel time", seconds(device.kernel_ns)},
          {"gpu_seconds", "GPU busy", seconds(device.gpu_ns)},
          {"extrapolated_gpu_seconds", title_if(device.extrapolated_gpu_ns > 0, "extrapolated"),
           seconds(device.extrapolated_gpu_ns)},
          {"copies", "", Count{device.copies}},
          {"copy_seconds", "", seconds(device.copy_ns)},
          {"copied_bytes", "", Count{device.copied_bytes}},
          {"other_kernels", "", Count{device.other_kernels}},
          {"other_kernel_seconds", "", seconds(device.other_kernel_ns)},
          {"other_gpu_seconds", "outside steps", seconds(device.other_gpu_ns)}};
}

Fields uncounted_fields_of(const OpTotal& op) {
  return {{"op", "operator without a formula", Name{op.op}},
          {"uncounted_calls", "training calls", Count{op.uncounted_calls}},
          {"other_uncounted_calls", "other calls", Count{op.other_uncounted_calls}},
          {"cpu_seconds", "CPU time", seconds(op.cpu_ns)}};
}

}  // namespace flopprof::views
