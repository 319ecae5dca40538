#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "bench/gpu/answer.h"
#include "bench/gpu/device_work.h"
#include "bench/gpu/matrix_product.h"
#include "bench/gpu/questions.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/driver.h"
#include "profiler/capture/gpm.h"
#include "profiler/capture/source_trials.h"
#include "profiler/flops/peaks.h"

namespace flopprof::gpu {
namespace {

using capture::ActivityMeter;
using capture::Nvml;
using nlohmann::json;

constexpr std::int64_t kSize = 8192;
constexpr auto kWatched = std::chrono::milliseconds(1500);

void check(const std::optional<capture::NvmlRefusal>& refusal) {
  if (refusal) throw Refused(capture::text_of(*refusal));
}

json number_of(const std::optional<double>& number) {
  return number ? json(*number) : json(nullptr);
}

json json_of(const ActivityShares& shares) {
  return {{"sm", number_of(shares.sm)},
          {"tensor", number_of(shares.tensor)},
          {"tensor_integer", number_of(shares.tensor_integer)},
          {"tensor_fp64", number_of(shares.tensor_fp64)},
          {"fp64", number_of(shares.fp64)},
          {"fp32", number_of(shares.fp32)},
          {"fp16", number_of(shares.fp16)},
          {"clock_hz", number_of(shares.clock_hz)}};
}

/// The first device of CUDA's.
struct Watched {
  capture::DriverDevice driver;
  Nvml nvml;
  std::unique_ptr<ActivityMeter> meter;

  Watched() {
    wait_for_device();  // so that there is a context
    if (!nvml.error().empty()) throw Refused(nvml.error());
    driver = capture::driver_devices().at(0);
    void* handle = nullptr;
    check(capture::find_device(nvml, driver.uuid, handle));
    meter = std::make_unique<ActivityMeter>(nvml, handle);
    check(meter->begin());
  }
};

json activity_of(Watched& watched, const std::function<void()>& work) {
  check(watched.meter->sample());
  const auto began_at = std::chrono::steady_clock::now();
  work();
  check(watched.meter->sample());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began_at;
  ActivityShares shares;
  check(watched.meter->read(shares));
  json answer = json_of(shares);
  answer["seconds"] = seconds.count();
  return answer;
}

/// What is made of the activity, against what the products require.
json estimate(Watched& watched, const BlasLibrary& blas, const ProductTypes& types) {
  const Stream stream;
  const MatrixProduct product(blas, types, kSize);
  product.launch(stream);
  wait_for_device();
  std::int64_t products = 0;
  json answer = activity_of(watched, [&] {
    const auto until = std::chrono::steady_clock::now() + kWatched;
    while (std::chrono::steady_clock::now() < until) {
      for (int i = 0; i < 10; ++i, ++products) product.launch(stream);
      wait_for_device();
    }
  });
  const double model = static_cast<double>(products) * static_cast<double>(product.model_flops());
  answer["products"] = products;
  answer["model_flops"] = model;
  const auto card = flops::peaks_of(watched.driver.name);
  const auto peak = card ? card->of(types.flop_class) : std::nullopt;
  if (!peak || !peak->flops_per_clock_per_sm || !answer["tensor"].is_number() ||
      !answer["clock_hz"].is_number())
    return answer;
  const double estimated = answer["tensor"].get<double>() * answer["clock_hz"].get<double>() *
                           answer["seconds"].get<double>() * *peak->flops_per_clock_per_sm *
                           multiprocessors();
  answer["estimated_flops"] = estimated;
  answer["ratio"] = estimated / model;
  return answer;
}

json sample_cost(Watched& watched) {
  std::vector<double> sample_us;
  std::vector<double> read_us;
  for (int i = 0; i < 10; ++i) {
    sample_us.push_back(microseconds_of([&] { check(watched.meter->sample()); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    if (i == 0) continue;
    ActivityShares shares;
    read_us.push_back(microseconds_of([&] { check(watched.meter->read(shares)); }));
  }
  return {{"sample_us", spread_of(sample_us)}, {"read_us", spread_of(read_us)}};
}

json json_of(const capture::TrialAnswers& answers) {
  json calls = json::object();
  for (const auto& [call, answer] : answers) calls[call] = answer;
  return calls;
}

json patching(const capture::CuptiLibrary& cupti) {
  const KernelWork work(reference_kernel("flopprof_ffma"), {.blocks = multiprocessors()});
  const auto trial = capture::try_patching(cupti, current_context(), [&] {
    work.launch(nullptr);
    wait_for_device();
  });
  return {{"calls", json_of(trial.answers)}, {"patched_instructions", trial.patched_instructions}};
}

void ask_about_activity() {
  std::optional<Watched> watched;
  ask("sources", "activity", [&]() -> json {
    watched.emplace();
    return {{"device", watched->driver.name}, {"uuid", watched->driver.uuid}};
  });
  if (!watched || watched->meter == nullptr) return;
  ask("sources", "activity of nothing",
      [&] { return activity_of(*watched, [] { std::this_thread::sleep_for(kWatched / 3); }); });
  ask("sources", "cost of a sample", [&] { return sample_cost(*watched); });
  const BlasLibrary blas = open_blas();
  for (const ProductTypes& types : kTensorTypes)
    ask("sources", fmt::format("activity of {} {}", types.name, kSize),
        [&] { return estimate(*watched, blas, types); });
}

}  // namespace

void ask_about_sources() {
  const auto cupti = capture::open_cupti();
  if (!cupti) throw Refused("no libcupti");
  wait_for_device();  // so that there is a context
  ask("sources", "pm sampling",
      [&]() -> json { return {{"calls", json_of(capture::try_pm_sampling(*cupti))}}; });
  ask("sources", "patched kernels", [&] { return patching(*cupti); });
  ask_about_activity();
}

}  // namespace flopprof::gpu
