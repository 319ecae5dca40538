#include <algorithm>
#include <istream>

#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

/// The one that cuts the first line into most cells.
char delimiter_of(std::string_view head) {
  char best = ',';
  for (const char delimiter : {'\t', ';'}) {
    if (header_of(head, delimiter).size() > header_of(head, best).size()) best = delimiter;
  }
  return best;
}

/// Two columns or more whose names hold no control characters.
bool recognises(std::string_view head) {
  const auto header = header_of(head, delimiter_of(head));
  return header.size() >= 2 && std::all_of(header.begin(), header.end(), [](std::string_view name) {
           return std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= ' '; });
         });
}

to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  std::string head(1 << 16, '\0');
  log.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(log.gcount()));
  log.clear();
  log.seekg(0);
  to_accuracy::LogTraits traits;
  read_csv_points(log, request, {.delimiter = delimiter_of(head)}, sink, traits);
  return traits;
}

}  // namespace

const LogFormat kGenericCsv{.name = "csv", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
