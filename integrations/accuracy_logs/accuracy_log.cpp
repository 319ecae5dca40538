#include "integrations/accuracy_logs/accuracy_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

namespace flopprof::accuracy_logs {
namespace {

/// Enough to pass a job's warnings before its first epoch.
constexpr std::size_t kHeadBytes = 1 << 20;

std::string names() {
  std::vector<std::string_view> all;
  for (const LogFormat& format : log_formats()) all.push_back(format.name);
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string head_of(std::istream& log) {
  std::string head(kHeadBytes, '\0');
  log.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(log.gcount()));
  log.clear();
  log.seekg(0);
  return head;
}

const LogFormat& format_named(std::string_view name) {
  for (const LogFormat& format : log_formats()) {
    if (format.name == name) return format;
  }
  throw LogError(fmt::format("no log format '{}'; there are: {}", name, names()));
}

const LogFormat& format_of(std::string_view head) {
  for (const LogFormat& format : log_formats()) {
    if (format.recognises(head)) return format;
  }
  throw LogError("is no accuracy log that flopprof knows; say --log-format with one of: " +
                 names());
}

}  // namespace

std::span<const LogFormat> log_formats() {
  static const std::array<LogFormat, 11> kFormats = {
      kTensorBoardEvents, kMlperf, kHuggingFace, kJsonLines, kPytorchExamples, kDawnBench,
      kTensorBoardCsv,    kWandb,  kTimm,        kLightning, kGenericCsv};
  return kFormats;
}

to_accuracy::LogTraits read_log(const std::filesystem::path& path, std::string_view format,
                                const LogRequest& request, const PointSink& sink) {
  try {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) throw LogError("no such file");
    if (std::filesystem::is_directory(path, ignored))
      throw LogError("is a directory; give the log inside it");
    std::ifstream log(path, std::ios::binary);
    if (!log) throw LogError("cannot be read");
    const std::string head = head_of(log);
    if (head.find_first_not_of(" \t\r\n") == std::string::npos) throw LogError("is empty");
    const LogFormat& known = format.empty() ? format_of(head) : format_named(format);
    to_accuracy::LogTraits traits = known.read(log, request, sink);
    traits.format = known.name;
    return traits;
  } catch (const LogError& error) {
    throw LogError(path.string() + ": " + error.what());
  }
}

}  // namespace flopprof::accuracy_logs
