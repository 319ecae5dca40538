#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "profiler/to_accuracy/accuracy_point.h"

namespace flopprof::accuracy_logs {

/// What is wrong with a log, and what would be right.
struct LogError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What to look for. Columns that are not named are found by their usual names.
struct LogRequest {
  std::string metric;
  std::string epoch_column;
  std::string step_column;
};

using PointSink = std::function<void(const to_accuracy::AccuracyPoint&)>;

/// One format: a name for --log-format, how its first bytes look, and its reader.
struct LogFormat {
  std::string_view name;
  bool (*recognises)(std::string_view head);
  to_accuracy::LogTraits (*read)(std::istream& log, const LogRequest& request,
                                 const PointSink& sink);
};

/// In the order in which they are tried.
std::span<const LogFormat> log_formats();

/// Reads `path` in one pass. An empty `format` is found by content. Throws LogError naming the
/// path.
to_accuracy::LogTraits read_log(const std::filesystem::path& path, std::string_view format,
                                const LogRequest& request, const PointSink& sink);

// One file each.
extern const LogFormat kTensorBoardEvents, kHuggingFace, kMlperf, kPytorchExamples, kDawnBench,
    kTensorBoardCsv, kWandb, kTimm, kLightning, kJsonLines, kGenericCsv;

}  // namespace flopprof::accuracy_logs
