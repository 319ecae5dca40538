#include "profiler/to_accuracy/own_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

Flops phase_flops(const store::Database& run, std::string_view phase) {
  store::Statement statement = run.prepare("SELECT model_flops FROM phase_total WHERE phase = ?");
  statement.bind(0, phase);
  if (!statement.step()) return {};
  return flops_from(statement.text(0)).value_or(Flops{});
}

std::int64_t steps_of(const store::Database& run) {
  store::Statement statement = run.prepare("SELECT steps FROM run_total");
  return statement.step() ? statement.integer(0) : 0;
}

}  // namespace

OwnForwardPass own_forward_pass(const store::Database& run, const std::filesystem::path& path,
                                std::int64_t batch_size) {
  const std::int64_t steps = steps_of(run);
  const Flops all = phase_flops(run, steps > 0 ? "forward" : "evaluation");
  if (all.count == 0) {
    throw FieldError(fmt::format("{} holds no FLOPs of a forward pass; `flopprof report {}` says "
                                 "what it could not see",
                                 path.string(), path.string()),
                     path.string(), "a run whose model FLOPs were counted");
  }
  const auto images = static_cast<unsigned __int128>(std::max<std::int64_t>(batch_size, 1)) *
                      static_cast<unsigned __int128>(std::max<std::int64_t>(steps, 1));
  OwnForwardPass own{.measured = {.flops = {(all.count + images / 2) / images}}};
  own.quantity = batch_size > 0 ? "macs_per_image" : steps > 0 ? "macs_per_step" : "macs_per_run";
  if (batch_size == 0 && steps > 0) {
    own.note = "a step holds as many images as its batch; --batch-size N makes it one image";
  } else if (all.count % images != 0) {
    own.note =
        fmt::format("the forward FLOPs of {} steps are no multiple of the images: a mean", steps);
  }
  return own;
}

}  // namespace flopprof::to_accuracy
