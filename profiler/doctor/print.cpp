#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "profiler/doctor/findings.h"

namespace flopprof::doctor {

std::string_view name_of(State state) {
  switch (state) {
    case State::kOk:
      return "ok";
    case State::kNo:
      return "no";
    case State::kUnknown:
      return "unknown";
  }
  return "";
}

std::string text_of(const std::vector<Finding>& findings) {
  constexpr std::size_t kStateWidth = 9;
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size());
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<{}}{:<{}}  {}\n", name_of(finding.state), kStateWidth, finding.check,
                        width, finding.found);
    if (finding.remedy.empty()) continue;
    text += fmt::format("{:{}}-> {}\n", "", kStateWidth + width + 2, finding.remedy);
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    checks.push_back({{"check", finding.check},
                      {"state", name_of(finding.state)},
                      {"found", finding.found},
                      {"remedy", finding.remedy}});
  }
  const nlohmann::ordered_json all = {{"schema_version", 1}, {"checks", checks}};
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace flopprof::doctor
