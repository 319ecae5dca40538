#include "integrations/accuracy_logs/python_json.h"

#include <limits>

namespace flopprof::accuracy_logs {
namespace {

constexpr const char* kNotANumber = "NaN";

/// Copies `text` with the words that JSON lacks put in quotes.
std::string quote_not_a_number(std::string_view text) {
  std::string json;
  json.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < text.size()) json.push_back(text[i++]);
    std::size_t word = 0;
    if (!in_string) {
      for (const std::string_view name : {"-Infinity", "Infinity", "NaN"}) {
        if (word == 0 && text.substr(i, name.size()) == name) word = name.size();
      }
    }
    if (word == 0) {
      json.push_back(text[i]);
    } else {
      json += "\"NaN\"";
      i += word - 1;
    }
  }
  return json;
}

}  // namespace

nlohmann::json parse_python_json(std::string_view text) {
  return nlohmann::json::parse(quote_not_a_number(text));
}

std::optional<double> number_in(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string() && value.get_ref<const std::string&>() == kNotANumber) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return {};
}

std::optional<double> number_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? std::nullopt : number_in(*found);
}

}  // namespace flopprof::accuracy_logs
