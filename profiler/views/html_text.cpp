#include "profiler/views/html_text.h"

#include <fmt/format.h>

#include "profiler/views/safe_text.h"

namespace flopprof::views {

std::string html_of(std::string_view text) {
  std::string html;
  for (const char byte : printable(text)) {
    if (std::string_view("&<>\"'`").find(byte) == std::string_view::npos) {
      html += byte;
    } else {
      html += fmt::format("&#{};", static_cast<int>(byte));
    }
  }
  return html;
}

/// Without control characters only the quote and the backslash need an escape for JSON's sake.
std::string script_string(std::string_view text) {
  std::string json = "\"";
  for (const char byte : printable(text)) {
    if (byte == '"' || byte == '\\') {
      json += '\\';
      json += byte;
    } else if (byte == '<') {
      json += "\\u003c";
    } else {
      json += byte;
    }
  }
  return json + '"';
}

std::string anchor_of(std::string_view title) {
  std::string anchor;
  for (const char byte : title) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    if (upper || plain) {
      anchor += upper ? static_cast<char>(byte - 'A' + 'a') : byte;
    } else if (!anchor.empty() && anchor.back() != '-') {
      anchor += '-';
    }
  }
  return anchor;
}

}  // namespace flopprof::views
