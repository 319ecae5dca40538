#include "tools/flopprof/build_id.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

namespace flopprof::tools {
namespace {

constexpr std::size_t kLongestNotes = 1 << 20;

std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

template <class Record>
bool read_at(std::ifstream& file, std::size_t offset, Record& record) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&record), sizeof record));
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// The build id among the notes of one segment.
std::string build_id_in(std::string_view notes) {
  Elf64_Nhdr note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    const std::size_t value = sizeof note + aligned(note.n_namesz);
    const std::size_t next = value + aligned(note.n_descsz);
    if (next > notes.size()) return "";
    const std::string_view name = notes.substr(sizeof note, note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && name == std::string_view("GNU\0", 4)) {
      return hexadecimal(notes.substr(value, note.n_descsz));
    }
    notes.remove_prefix(next);
  }
  return "";
}

}  // namespace

std::string build_id_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!read_at(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "";
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "";
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!read_at(file, header.e_phoff + i * header.e_phentsize, segment)) return "";
    if (segment.p_type != PT_NOTE || segment.p_filesz > kLongestNotes) continue;
    std::string notes(segment.p_filesz, '\0');
    file.seekg(static_cast<std::streamoff>(segment.p_offset));
    if (!file.read(notes.data(), static_cast<std::streamsize>(notes.size()))) return "";
    if (const std::string id = build_id_in(notes); !id.empty()) return id;
  }
  return "";
}

}  // namespace flopprof::tools
