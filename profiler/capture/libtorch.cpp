#include "profiler/capture/libtorch.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace flopprof::capture {
namespace {

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

/// The GNU build id among the notes of a loaded object, or nothing.
std::string build_id_in(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* at = reinterpret_cast<const unsigned char*>(object.dlpi_addr + segment.p_vaddr);
    const auto* end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const auto* name = at + sizeof note;
      const auto* value = name + aligned(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
          std::memcmp(name, "GNU", 4) == 0) {
        return hexadecimal(value, note.n_descsz);
      }
      at = value + aligned(note.n_descsz);
    }
  }
  return "";
}

int look_at(dl_phdr_info* object, std::size_t, void* found) {
  const std::string_view path = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with("libtorch_cpu.so")) return 0;
  static_cast<std::optional<MappedLibTorch>*>(found)->emplace(
      MappedLibTorch{.path = std::string(path), .build_id = build_id_in(*object)});
  return 1;
}

}  // namespace

std::optional<MappedLibTorch> mapped_libtorch() {
  std::optional<MappedLibTorch> found;
  dl_iterate_phdr(look_at, &found);
  return found;
}

std::string libtorch_root(const std::string& library) {
  std::error_code failed;  // canonical, because /lib is a link to /usr/lib and /include is nowhere
  const auto real = std::filesystem::canonical(library, failed);
  const auto beside = (failed ? std::filesystem::path(library) : real).parent_path();
  for (auto folder = beside; folder.has_relative_path(); folder = folder.parent_path()) {
    if (folder.filename() == "lib") return folder.parent_path().string();
  }
  return beside.parent_path().string();
}

std::string observer_name(const std::string& build_id) {
  return "libflopprof_torch-" + build_id + ".so";
}

std::string library_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&library_folder), &info) == 0) return "";
  std::error_code error;
  const auto path = std::filesystem::canonical(info.dli_fname, error);
  return error ? std::string() : path.parent_path().string();
}

}  // namespace flopprof::capture
