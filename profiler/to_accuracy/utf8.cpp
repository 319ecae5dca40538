#include "profiler/to_accuracy/utf8.h"

#include <algorithm>
#include <cstdint>

namespace flopprof::to_accuracy {
namespace {

struct Lead {
  std::size_t length;   ///< of the character that the byte begins; 0: it begins none
  std::uint32_t bits;   ///< that the byte itself gives
  std::uint32_t least;  ///< the least code point that may be written with this length
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1Fu, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0Fu, 0x800};
  if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07u, 0x10000};
  return {0, 0, 0};
}

bool character_at(std::string_view text, const Lead& lead) {
  if (lead.length == 0 || lead.length > text.size()) return false;
  std::uint32_t code = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0u) != 0x80u) return false;
    code = code << 6 | (byte & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return code >= lead.least && code <= 0x10FFFF && !surrogate;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    if (!character_at(text.substr(at), lead)) return at;
    at += lead.length;
  }
  return at;
}

}  // namespace flopprof::to_accuracy
