#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

inline std::string text_in(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

inline long number_in(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

inline std::vector<std::string> parts_of(std::string_view text, char between) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(between, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace simgpu
