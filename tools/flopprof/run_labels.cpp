#include "tools/flopprof/run_labels.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <utility>

#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user == nullptr ? fmt::format("uid {}", ::geteuid()) : user->pw_name;
}

}  // namespace

RunLabels parsed_labels(const std::vector<std::string>& texts) {
  RunLabels labels;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw ExitWith{kWrongUsage,
                     fmt::format("--label {}: give NAME=VALUE, as in project=vision", text)};
    }
    const auto [there, added] = labels.emplace(text.substr(0, equals), text.substr(equals + 1));
    if (!added) {
      throw ExitWith{kWrongUsage, fmt::format("--label {}: {} is given twice", text, there->first)};
    }
  }
  return labels;
}

RunLabels run_labels(const std::vector<std::string>& texts, const capture::Environment& variables) {
  RunLabels labels = parsed_labels(texts);
  for (const auto& [label, name] :
       {std::pair{"project", "FLOPPROF_PROJECT"}, {"model", "FLOPPROF_MODEL"}}) {
    const auto variable = variables.find(name);
    if (variable != variables.end() && !variable->second.empty())
      labels.emplace(label, variable->second);
  }
  labels.emplace("user", user_name());
  return labels;
}

}  // namespace flopprof::tools
