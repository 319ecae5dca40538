#include "profiler/cubin/elf_file.h"

#include <fmt/format.h>
#include <gelf.h>

#include "profiler/cubin/cubin.h"

namespace flopprof::cubin {
namespace {

std::string reason() {
  const char* message = elf_errmsg(-1);
  return message == nullptr ? "unknown" : message;
}

}  // namespace

ElfFile::ElfFile(std::string_view bytes) : bytes_(bytes) {
  elf_version(EV_CURRENT);
  // libelf takes a writable pointer, and writes only where elf_update is called.
  elf_.reset(elf_memory(const_cast<char*>(bytes.data()), bytes.size()));
  if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF) {
    throw CubinError("not an ELF file: no object, executable, shared library or cubin");
  }
  const char* identity = elf_getident(elf_.get(), nullptr);
  if (identity == nullptr || identity[EI_CLASS] != ELFCLASS64 || identity[EI_DATA] != ELFDATA2LSB) {
    throw CubinError("an ELF file, but not of 64 bits and little-endian, as all GPU code is");
  }
  if (bytes.size() < sizeof(Elf64_Ehdr)) {
    throw CubinError(fmt::format("truncated: {} bytes are too few for an ELF header of {}",
                                 bytes.size(), sizeof(Elf64_Ehdr)));
  }
}

ElfHeader ElfFile::header() const {
  GElf_Ehdr header;
  if (gelf_getehdr(elf_.get(), &header) == nullptr) {
    throw CubinError(fmt::format("the ELF header cannot be read: {}", reason()));
  }
  return {.machine = header.e_machine,
          .abi_version = header.e_ident[EI_ABIVERSION],
          .flags = header.e_flags};
}

std::vector<ElfSection> ElfFile::sections() const {
  GElf_Ehdr header;
  if (gelf_getehdr(elf_.get(), &header) == nullptr) {
    throw CubinError(fmt::format("the ELF header cannot be read: {}", reason()));
  }
  // libelf takes a table that is cut off for an empty one.
  const std::uint64_t table = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff == 0 || header.e_shoff > bytes_.size() ||
      table > bytes_.size() - header.e_shoff) {
    throw CubinError(
        fmt::format("truncated or damaged: the table of sections would be the {} bytes from byte "
                    "{}, but the file has {}",
                    table, header.e_shoff, bytes_.size()));
  }
  std::size_t count = 0;
  std::size_t names = 0;
  if (elf_getshdrnum(elf_.get(), &count) != 0 || elf_getshdrstrndx(elf_.get(), &names) != 0) {
    throw CubinError(
        fmt::format("truncated or damaged: the table of sections, at byte {} of {}, "
                    "cannot be read: {}",
                    header.e_shoff, bytes_.size(), reason()));
  }
  std::vector<ElfSection> sections;
  for (std::size_t index = 1; index < count; ++index) {
    GElf_Shdr section;
    Elf_Scn* handle = elf_getscn(elf_.get(), index);
    if (handle == nullptr || gelf_getshdr(handle, &section) == nullptr) {
      throw CubinError(fmt::format("truncated or damaged: section {} of {} cannot be read: {}",
                                   index, count, reason()));
    }
    const char* name = elf_strptr(elf_.get(), names, section.sh_name);
    if (name == nullptr) {
      throw CubinError(fmt::format("damaged: section {} of {} has no readable name: {}", index,
                                   count, reason()));
    }
    std::string_view content;
    if (section.sh_type != SHT_NOBITS) {
      if (section.sh_offset > bytes_.size() ||
          section.sh_size > bytes_.size() - section.sh_offset) {
        throw CubinError(fmt::format(
            "truncated or damaged: section {} would be the {} bytes from byte {}, but the file "
            "has {}",
            name, section.sh_size, section.sh_offset, bytes_.size()));
      }
      content = bytes_.substr(section.sh_offset, section.sh_size);
    }
    sections.push_back({.name = name, .bytes = content});
  }
  return sections;
}

}  // namespace flopprof::cubin
