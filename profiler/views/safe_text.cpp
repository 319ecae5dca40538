#include "profiler/views/safe_text.h"

#include <fmt/format.h>

#include <cstdint>

namespace flopprof::views {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of `text`, by the table of well-formed UTF-8 (Unicode, table 3-7).
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {lead, 1, false};
  std::uint32_t code = lead & (0x7fU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) return {lead, 1, false};
    code = code << 6 | (byte(at) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {lead, 1, false};
  return {code, length, true};
}

bool is_control(std::uint32_t code) {
  const bool c0_or_c1 = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool breaks_line = code == 0x2028 || code == 0x2029;
  const bool turns_direction = code == 0x200e || code == 0x200f || code == 0x61c ||
                               (code >= 0x202a && code <= 0x202e) ||
                               (code >= 0x2066 && code <= 0x2069);
  return c0_or_c1 || breaks_line || turns_direction;
}

std::string escape_of(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  return code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{{{:x}}}", code);
}

/// `name` with every character that `kept` does not let through as an escape.
template <typename Kept>
std::string escaped(std::string_view name, Kept kept) {
  std::string out;
  while (!name.empty()) {
    const Character character = first_of(name);
    if (character.valid && kept(character.code)) {
      out += name.substr(0, character.bytes);
    } else {
      out += escape_of(character.code);
    }
    name.remove_prefix(character.bytes);
  }
  return out;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

bool is_word(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9');
}

}  // namespace

std::string printable(std::string_view name) {
  return escaped(name, [](std::uint32_t code) { return !is_control(code); });
}

std::size_t width_of(std::string_view utf8) {
  std::size_t width = 0;
  for (const char byte : utf8) width += continues(byte) ? 0 : 1;
  return width;
}

std::string fitted(const std::string& utf8, std::size_t width) {
  const std::size_t whole = width_of(utf8);
  if (whole <= width) return utf8;
  if (width == 0) return {};
  const std::size_t head = (width - 1) / 2;
  const std::size_t skipped = whole - (width - 1) + head;  // where the tail begins
  std::string out;
  std::size_t place = 0;
  for (const char byte : utf8) {
    place += continues(byte) ? 0 : 1;
    if (place == head + 1 && !continues(byte)) out += "…";
    if (place <= head || place > skipped) out += byte;
  }
  return out;
}

std::string markdown_cell(std::string_view name) {
  const std::string line = printable(name);
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char byte = line[at];
    const bool inside_word =
        at > 0 && at + 1 < line.size() && is_word(line[at - 1]) && is_word(line[at + 1]);
    const bool markup = std::string_view("|<>&`*[]~\\#!$").find(byte) != std::string_view::npos;
    if (markup || (byte == '_' && !inside_word)) {
      out += fmt::format("&#{};", static_cast<int>(byte));
    } else {
      out += byte;
    }
  }
  return out;
}

std::string csv_cell(std::string_view name) {
  const std::string cell = escaped(name, [](std::uint32_t code) {
    return !is_control(code) || code == '\n' || code == '\r' || code == '\t';
  });
  const bool formula =
      !cell.empty() && std::string_view("=+-@\t").find(cell[0]) != std::string_view::npos;
  if (!formula && cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char byte : cell) {
    if (byte == '"') quoted += '"';
    quoted += byte;
  }
  return quoted + '"';
}

}  // namespace flopprof::views
