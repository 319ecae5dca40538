#include "tools/flopprof/network_measurement.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "profiler/store/run_file.h"
#include "tools/flopprof/attached_run.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;

/// Gone with the measurement.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = std::filesystem::temp_directory_path() / "flopprof-validate-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw ExitWith{kFailed, fmt::format("cannot make the folder {}; set TMPDIR to one that can "
                                          "be written",
                                          name)};
    }
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  std::string operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// As measure_model.py takes it, and as it calls the layer of the run.
std::string name_of(const NetworkAtInput& network) {
  return fmt::format("{}@{}", network.network, network.input);
}

to_accuracy::CountedBeside beside_of(const nlohmann::json& counts) {
  const auto wide = [&](const char* key) { return Flops{counts.at(key).get<std::uint64_t>()}; };
  return {.conv_bias_outputs = counts.at("conv_bias_outputs"),
          .conv_bias_inputs = counts.at("conv_bias_inputs"),
          .linear_macs = counts.at("linear_macs"),
          .batch_norm_elements = counts.at("batch_norm_elements"),
          .layer_norm_elements = counts.at("layer_norm_elements"),
          .relu_elements = counts.at("relu_elements"),
          .attention_macs = wide("attention_macs"),
          .logits_macs = wide("logits_macs")};
}

/// Nothing counted, or attention as one operator without a formula: no figure to judge by. Element-
/// wise operators have no formula by design.
std::string gap_of(const store::Database& run, const std::string& layer, Flops& flops) {
  store::Statement total = run.prepare("SELECT evaluation_flops FROM layer_total WHERE layer = ?");
  total.bind(0, std::string_view(layer));
  if (total.step()) flops = flops_from(total.text(0)).value_or(Flops{});
  if (flops.count == 0) return "flopprof counted no FLOPs; `flopprof run` names the fault";
  store::Statement uncounted = run.prepare(
      "SELECT o.value, w.uncounted_calls FROM work_total w JOIN StringIds o ON o.id = w.op"
      " JOIN StringIds l ON l.id = w.layer WHERE l.value = ? AND w.uncounted_calls > 0"
      " AND o.value LIKE '%attention%'");
  uncounted.bind(0, std::string_view(layer));
  if (!uncounted.step()) return "";
  return fmt::format("{} calls of {} have no formula", uncounted.integer(1), uncounted.text(0));
}

nlohmann::json answer_in(const std::string& path, int status) {
  std::ifstream file(path);
  const auto answer = nlohmann::json::parse(file, nullptr, false);
  if (status != 0 || !answer.is_object()) {
    throw ExitWith{kFailed, fmt::format("the job that runs the networks ended with status {}; what "
                                        "it said is above",
                                        status)};
  }
  return answer;
}

}  // namespace

NetworkMeasurements measured_networks(const std::string& python,
                                      const std::vector<NetworkAtInput>& networks) {
  const PrivateFolder folder;
  AttachArguments arguments{.output = folder / "run.db", .every_steps = 1};
  const std::string answer_path = folder / "answer.json";
  std::vector<std::string> command = {
      python, "-B", install_prefix() / "share/flopprof/measure/measure_model.py", answer_path};
  for (const NetworkAtInput& network : networks) command.push_back(name_of(network));
  const nlohmann::json answer = answer_in(answer_path, run_attached(arguments, command));
  const store::Database run = store::open_run(arguments.output);
  NetworkMeasurements result;
  for (const NetworkAtInput& network : networks) {
    const nlohmann::json& counts = answer.at(name_of(network));
    to_accuracy::MeasuredNetwork measured{.input = network.input};
    std::string failure = counts.value("error", std::string());
    if (failure.empty()) failure = gap_of(run, name_of(network), measured.flops);
    if (!failure.empty()) {
      result.failed.emplace(network, failure);
      continue;
    }
    measured.beside = beside_of(counts);
    result.measured.emplace(network, measured);
  }
  return result;
}

}  // namespace flopprof::tools
