#include "profiler/calibration/peaks_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace flopprof::calibration {
namespace {

using nlohmann::ordered_json;

constexpr int kSchema = 1;

ordered_json empty_file() {
  return {{"schema_version", kSchema}, {"gpus", ordered_json::object()}};
}

/// All of the file; an empty one where there is none.
ordered_json content_of(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return empty_file();
  std::ifstream stream(file);
  ordered_json content = ordered_json::parse(stream, nullptr, false);
  if (content.is_discarded() || !content.is_object() || !content.contains("gpus") ||
      !content["gpus"].is_object() || !content["schema_version"].is_number_integer()) {
    throw std::runtime_error(
        fmt::format("{}: damaged; take it away, and run flopprof calibrate again", file.string()));
  }
  if (content["schema_version"] != kSchema) {
    throw std::runtime_error(
        fmt::format("{}: version {} of the file of peaks; this flopprof knows version {}",
                    file.string(), content["schema_version"].dump(), kSchema));
  }
  return content;
}

ordered_json gpu_of(const Calibration& calibration) {
  const Device& device = calibration.device;
  ordered_json gpu = {{"name", device.name},
                      {"measured_at", device.measured_at},
                      {"flopprof", device.flopprof},
                      {"driver", device.driver},
                      {"cuda_version", device.cuda_version},
                      {"capability", device.capability},
                      {"processors", device.processors},
                      {"counters", name_of(verdict_of(calibration))},
                      {"bytes_per_second", bytes_per_second_of(calibration)},
                      {"peaks", ordered_json::object()}};
  for (const MeasuredPeak& peak : peaks_of(calibration)) {
    ordered_json entry = {{"flops_per_second", peak.flops_per_second},
                          {"kernel", peak.kernel},
                          {"operands", name_of(peak.rate.operands)},
                          {"spread", peak.rate.spread},
                          {"doubts", peak.rate.doubts}};
    if (peak.rate.clock_mhz) entry["clock_mhz"] = *peak.rate.clock_mhz;
    if (peak.rate.watts) entry["watts"] = *peak.rate.watts;
    gpu["peaks"][std::string(flopprof::name_of(peak.flop_class))] = entry;
  }
  return gpu;
}

KeptPeaks kept_in(const std::string& uuid, const ordered_json& gpu) {
  KeptPeaks kept{.bytes_per_second = gpu.at("bytes_per_second").get<double>(),
                 .counters = gpu.at("counters").get<std::string>()};
  kept.device = {.name = gpu.at("name").get<std::string>(),
                 .uuid = uuid,
                 .capability = gpu.at("capability").get<int>(),
                 .processors = gpu.at("processors").get<int>(),
                 .driver = gpu.at("driver").get<std::string>(),
                 .cuda_version = gpu.at("cuda_version").get<int>(),
                 .flopprof = gpu.at("flopprof").get<std::string>(),
                 .measured_at = gpu.at("measured_at").get<std::string>()};
  for (const auto& [flop_class, peak] : gpu.at("peaks").items()) {
    kept.flops_per_second[flop_class] = peak.at("flops_per_second").get<double>();
  }
  return kept;
}

void write_whole(const std::filesystem::path& file, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const std::filesystem::path fresh = fmt::format("{}.{}", file.string(), ::getpid());
  std::ofstream stream(fresh);
  stream << text;
  stream.close();
  if (stream) std::filesystem::rename(fresh, file, error);
  if (!stream || error) {
    std::filesystem::remove(fresh, error);
    throw std::runtime_error(fmt::format(
        "{}: cannot be written; set XDG_DATA_HOME to a folder that can", file.string()));
  }
}

}  // namespace

std::filesystem::path peaks_file_in(const std::filesystem::path& user_data) {
  return user_data / "peaks.json";
}

void keep_peaks(const std::filesystem::path& file, const Calibration& calibration) {
  ordered_json content = content_of(file);
  content["gpus"][calibration.device.uuid] = gpu_of(calibration);
  write_whole(file, content.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::map<std::string, KeptPeaks> kept_peaks(const std::filesystem::path& file) {
  const ordered_json content = content_of(file);
  std::map<std::string, KeptPeaks> all;
  for (const auto& [uuid, gpu] : content["gpus"].items()) {
    try {
      all[uuid] = kept_in(uuid, gpu);
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(
          fmt::format("{}: damaged at {}: {}", file.string(), uuid, error.what()));
    }
  }
  return all;
}

}  // namespace flopprof::calibration
