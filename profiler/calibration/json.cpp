#include <nlohmann/json.hpp>

#include "profiler/calibration/judge.h"
#include "profiler/calibration/report.h"
#include "profiler/calibration/targets.h"

namespace flopprof::calibration {
namespace {

using nlohmann::ordered_json;

template <class Number>
ordered_json known(const std::optional<Number>& number) {
  return number ? ordered_json(*number) : ordered_json();
}

ordered_json device_json(const Device& device, const Sheet& sheet) {
  return {{"name", device.name},
          {"uuid", device.uuid},
          {"capability", device.capability},
          {"processors", device.processors},
          {"driver", device.driver},
          {"cuda_version", device.cuda_version},
          {"flopprof", device.flopprof},
          {"measured_at", device.measured_at},
          {"sheet", sheet ? ordered_json(sheet->card) : ordered_json()}};
}

ordered_json counts_json(const Workload& workload) {
  auto list = ordered_json::array();
  for (const Comparison& comparison : comparisons_of(workload)) {
    ordered_json entry = {{"class", flopprof::name_of(comparison.flop_class)},
                          {"expected_flops", comparison.expected},
                          {"counted_flops", known(comparison.counted)},
                          {"difference", ordered_json()},
                          {"verdict", name_of(comparison.verdict)}};
    if (comparison.counted) entry["difference"] = *comparison.counted - comparison.expected;
    list.push_back(entry);
  }
  return list;
}

ordered_json rate_json(const Rate& rate, int processors) {
  return {{"operands", name_of(rate.operands)},
          {"seconds", rate.seconds},
          {"least_seconds", rate.least_seconds},
          {"spread", rate.spread},
          {"flops", rate.flops},
          {"bytes", rate.bytes},
          {"flops_per_clock_per_sm", known(flops_a_clock(rate, processors))},
          {"clock_mhz", known(rate.clock_mhz)},
          {"clock_mhz_before", known(rate.clock_mhz_before)},
          {"clock_mhz_after", known(rate.clock_mhz_after)},
          {"watts", known(rate.watts)},
          {"watts_before", known(rate.watts_before)},
          {"watts_after", known(rate.watts_after)},
          {"doubts", rate.doubts}};
}

ordered_json workload_json(const Workload& workload, int processors) {
  auto rates = ordered_json::array();
  for (const Rate& rate : workload.rates) rates.push_back(rate_json(rate, processors));
  ordered_json json = {{"kernel", workload.name}, {"skipped", workload.skipped}};
  json["verdict"] =
      workload.skipped.empty() ? ordered_json(name_of(verdict_of(workload))) : ordered_json();
  json["classes"] = workload.skipped.empty() ? counts_json(workload) : ordered_json::array();
  json["written_flops"] = workload.written_flops;
  json["rates"] = rates;
  json["problems"] = workload.problems;
  return json;
}

ordered_json contests_json(const Calibration& calibration) {
  auto list = ordered_json::array();
  for (const Contest& contest : calibration.contests) {
    list.push_back({{"kernel", contest.kernel},
                    {"library", contest.library},
                    {"skipped", contest.skipped},
                    {"flops", contest.flops},
                    {"seconds", contest.seconds},
                    {"library_seconds", contest.library_seconds},
                    {"ratio", contest.ratio},
                    {"least_ratio", contest.least_ratio},
                    {"greatest_ratio", contest.greatest_ratio},
                    {"ratio_wanted", contest.ratio_wanted},
                    {"clock_mhz", known(contest.clock_mhz)},
                    {"library_clock_mhz", known(contest.library_clock_mhz)},
                    {"doubts", contest.doubts}});
  }
  return list;
}

ordered_json targets_json(const Calibration& calibration, const Sheet& sheet) {
  auto list = ordered_json::array();
  for (const Target& target : targets_of(calibration, sheet)) {
    list.push_back({{"kernel", target.kernel},
                    {"of", target.of},
                    {"wanted", target.wanted},
                    {"reached", known(target.reached)},
                    {"standing", name_of(standing_of(target))},
                    {"unknown", target.unknown}});
  }
  return list;
}

ordered_json peaks_json(const Calibration& calibration, const Sheet& sheet) {
  auto peaks = ordered_json::object();
  for (const MeasuredPeak& peak : peaks_of(calibration)) {
    const auto printed = sheet ? sheet->of(peak.flop_class) : std::nullopt;
    ordered_json entry = {{"flops_per_second", peak.flops_per_second},
                          {"kernel", peak.kernel},
                          {"sheet_flops_per_second", ordered_json()},
                          {"sheet_source", ordered_json()}};
    if (printed) {
      entry["sheet_flops_per_second"] = printed->flops_per_second;
      entry["sheet_source"] = printed->source;
    }
    peaks[std::string(flopprof::name_of(peak.flop_class))] = entry;
  }
  return peaks;
}

}  // namespace

std::string json_of(const Calibration& calibration, const Sheet& sheet) {
  auto workloads = ordered_json::array();
  for (const Workload& workload : calibration.workloads) {
    workloads.push_back(workload_json(workload, calibration.device.processors));
  }
  const ordered_json json = {{"schema_version", 1},
                             {"device", device_json(calibration.device, sheet)},
                             {"verdict", name_of(verdict_of(calibration))},
                             {"not_counted", calibration.not_counted},
                             {"kernels", workloads},
                             {"contests", contests_json(calibration)},
                             {"targets", targets_json(calibration, sheet)},
                             {"peaks", peaks_json(calibration, sheet)},
                             {"bytes_per_second", bytes_per_second_of(calibration)}};
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace flopprof::calibration
