#include <fmt/format.h>

#include "profiler/store/nsys_export.h"

namespace flopprof::store {
namespace {

constexpr std::string_view kKernels = "CUPTI_ACTIVITY_KIND_KERNEL";
constexpr std::string_view kGraphs = "CUPTI_ACTIVITY_KIND_GRAPH_TRACE";
constexpr std::string_view kLaunches = "CUPTI_ACTIVITY_KIND_RUNTIME";

/// Of DIAGNOSTIC_EVENT.severity: 2 and above are warnings and errors.
constexpr int kWarning = 2;

}  // namespace

std::optional<std::string> NsysExport::value_of(const std::string& table,
                                                const std::string& name) const {
  if (!has(table, "name") || !has(table, "value")) return std::nullopt;
  Statement row = export_.prepare("SELECT value FROM " + table + " WHERE name = ?");
  if (!row.bind(0, name).step()) return std::nullopt;
  return std::string(row.text(0));
}

NsysCapture NsysExport::capture() const {
  NsysCapture capture;
  capture.version = value_of("META_DATA_EXPORT", "EXPORT_PRODUCT_VERSION").value_or("");
  capture.schema = value_of("META_DATA_EXPORT", "EXPORT_SCHEMA_VERSION").value_or("");
  capture.host = value_of("TARGET_INFO_SYSTEM_ENV", "Hostname").value_or("");
  capture.cpu_name = value_of("TARGET_INFO_SYSTEM_ENV", "CpuDescription").value_or("");
  capture.directory = value_of("META_DATA_CAPTURE", "PROCESS_0:WORKING_DIR").value_or("");
  if (const auto command = value_of("META_DATA_CAPTURE", "PROCESS_0:COMMAND")) {
    capture.command.push_back(*command);
    for (int at = 0;; ++at) {
      const auto word = value_of("META_DATA_CAPTURE", fmt::format("PROCESS_0:ARGUMENT_{}", at));
      if (!word) break;
      capture.command.push_back(*word);
    }
  }
  if (has("TARGET_INFO_SESSION_START_TIME", "utcEpochNs")) {
    Statement row = export_.prepare("SELECT utcEpochNs FROM TARGET_INFO_SESSION_START_TIME");
    if (row.step()) capture.started_at_ns = row.integer(0);
  }
  if (has("ANALYSIS_DETAILS", "duration")) {
    Statement row = export_.prepare("SELECT duration FROM ANALYSIS_DETAILS");
    if (row.step()) capture.duration_ns = row.integer(0);
  }
  return capture;
}

std::vector<Fault> NsysExport::faults() const {
  std::vector<Fault> faults;
  const auto lacks = [&](const std::string& detail, const std::string& remedy) {
    faults.push_back({.what = "nsys export incomplete", .detail = detail, .remedy = remedy});
  };
  if (!has(kKernels) && !has(kGraphs)) {
    lacks("it has no table of kernels, so there are no GPU-seconds",
          "capture with `nsys profile --trace=cuda,nvtx`");
  } else if (!has(kLaunches, "correlationId") || !has(kLaunches, "start") ||
             (has(kKernels) && !has(kKernels, "correlationId"))) {
    lacks("it has no launches or no correlation ids, so no kernel can be placed in a step",
          "capture with `nsys profile --trace=cuda,nvtx`, and export with a newer nsys");
  }
  if (has(kKernels) && !has(kKernels, "globalPid")) {
    lacks("its kernels do not say their process; all are taken for one process's",
          "export with a newer nsys");
  }
  if (!has("TARGET_INFO_GPU", "name")) {
    lacks(
        "it does not describe the GPUs; they have no names, and cannot be told apart across "
        "processes",
        "export with all tables");
  }
  if (has("DIAGNOSTIC_EVENT", "severity") && has("DIAGNOSTIC_EVENT", "text")) {
    Statement row = export_.prepare(
        fmt::format("SELECT text, count(*) FROM DIAGNOSTIC_EVENT WHERE severity >= {} GROUP BY text"
                    " ORDER BY min(rowid)",
                    kWarning));
    while (row.step()) {
      faults.push_back({.what = "nsys reported a problem",
                        .count = row.integer(1),
                        .detail = std::string(row.text(0))});
    }
  }
  return faults;
}

}  // namespace flopprof::store
