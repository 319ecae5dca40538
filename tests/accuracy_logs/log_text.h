#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "tests/to_accuracy/toy_run.h"

namespace flopprof::accuracy_logs {

/// A log as the readers gave it.
struct ReadLog {
  to_accuracy::LogTraits traits;
  std::vector<to_accuracy::AccuracyPoint> points;
};

/// Writes `text` to a file and reads it, its format found by content unless named.
inline ReadLog read_text(const std::string& text, const LogRequest& request,
                         std::string_view format = {}) {
  const to_accuracy::TemporaryFolder folder;
  const auto path = folder / "log";
  std::ofstream(path, std::ios::binary) << text;
  ReadLog log;
  log.traits =
      read_log(path, format, request, [&](const auto& point) { log.points.push_back(point); });
  return log;
}

}  // namespace flopprof::accuracy_logs
