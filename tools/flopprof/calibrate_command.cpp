#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "profiler/calibration/judge.h"
#include "profiler/calibration/peaks_file.h"
#include "profiler/calibration/report.h"
#include "profiler/calibration/targets.h"
#include "profiler/capture/config.h"
#include "tools/flopprof/calibrate_gpu.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kDifference = 3;

struct CalibrateOptions {
  int device = 0;
  std::string only;
  std::string format = "text";
  bool gate = false;
};

std::vector<GpuWorkload> wanted(const std::vector<GpuWorkload>& all, const std::string& only) {
  std::vector<GpuWorkload> chosen;
  const auto is_wanted = [&](const std::string& name) {
    return name.find(only) != std::string::npos;
  };
  for (const GpuWorkload& workload : all) {
    const bool is_rival = workload.rival && is_wanted(workload.rival->of);
    if (is_wanted(workload.name) || is_rival) chosen.push_back(workload);
  }
  if (chosen.empty()) {
    throw ExitWith{kFailed, fmt::format("no reference kernel has \"{}\" in its name", only)};
  }
  return chosen;
}

void keep(const calibration::Calibration& calibration) {
  const auto file = calibration::peaks_file_in(capture::read_config().user_data);
  calibration::keep_peaks(file, calibration);
  fmt::print(stderr, "flopprof: the peaks of {} are kept in {}\n", calibration.device.uuid,
             file.string());
}

/// What is missed is told in any case; with --gate it is a difference.
void hold_to_targets(const std::vector<calibration::Target>& targets, bool is_gated) {
  int missed = 0;
  int unknown = 0;
  for (const calibration::Target& target : targets) {
    missed += standing_of(target) == calibration::Standing::kMissed ? 1 : 0;
    unknown += standing_of(target) == calibration::Standing::kUnknown ? 1 : 0;
  }
  if (missed + unknown == 0) return;
  const std::string told = fmt::format("of {} targets, {} are missed and {} cannot be told",
                                       targets.size(), missed, unknown);
  if (is_gated) throw ExitWith{kDifference, told};
  fmt::print(stderr, "flopprof: {}\n", told);
}

void calibrate(const CalibrateOptions& options) {
  // What it names would be loaded into this process by the driver, and hold the counters.
  unsetenv("CUDA_INJECTION64_PATH");
  unsetenv("NVIDIA_TF32_OVERRIDE");  // cuBLAS is compared in single precision
  CalibratedGpu gpu;
  calibration::Device device;
  try {
    device = look_at_gpu(options.device, gpu);
  } catch (const std::runtime_error& error) {
    throw ExitWith{kFailed, fmt::format("{}; see flopprof doctor", error.what())};
  }
  const auto say = [](const std::string& text) { fmt::print(stderr, "flopprof: {}\n", text); };
  const auto calibration = calibrated(device, wanted(workloads_for(gpu), options.only), say);
  const auto sheet = flops::peaks_of(device.name);
  fmt::print("{}", options.format == "json" ? calibration::json_of(calibration, sheet)
                                            : calibration::text_of(calibration, sheet));
  if (options.only.empty()) keep(calibration);
  if (verdict_of(calibration) == calibration::Verdict::kDiffers) {
    throw ExitWith{kDifference, "counters and formulas differ where they should not"};
  }
  hold_to_targets(targets_of(calibration, sheet), options.gate);
}

}  // namespace

void add_calibrate(CLI::App& app) {
  const auto options = std::make_shared<CalibrateOptions>();
  CLI::App* command = app.add_subcommand(
      "calibrate",
      "Run kernels of known FLOPs on this GPU, compare the counters, measure the peaks");
  command->add_option("--device", options->device, "which GPU, from 0")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--only", options->only,
                      "only kernels with this in their name; the peaks are then not kept");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_flag("--gate", options->gate,
                    "end with 3 too where a target is missed or cannot be told");
  command->callback([options] { calibrate(*options); });
}

}  // namespace flopprof::tools
