#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace flopprof::accuracy_logs {

/// JSON as Python writes it: NaN and Infinity outside strings are read as the string "NaN". Throws
/// nlohmann::json::parse_error, and out_of_range for a number that no double holds.
nlohmann::json parse_python_json(std::string_view text);

/// A number, or NaN for what parse_python_json made of one; nothing for anything else.
std::optional<double> number_in(const nlohmann::json& value);

/// The number under `key` of an object, if there is one.
std::optional<double> number_at(const nlohmann::json& object, const char* key);

}  // namespace flopprof::accuracy_logs
