#include "profiler/cubin/elf_file.h"

#include <ar.h>
#include <fmt/format.h>
#include <gelf.h>

#include <cstdio>

#include "profiler/cubin/cubin.h"

namespace flopprof::cubin {
namespace {

struct ElfEnded {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnded>;

struct FileClosed {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// libelf walks through archives in files alone, not in memory.
std::unique_ptr<std::FILE, FileClosed> file_of(std::string_view bytes) {
  elf_version(EV_CURRENT);
  std::unique_ptr<std::FILE, FileClosed> file(std::tmpfile());
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
      std::fflush(file.get()) != 0) {
    throw CubinError("an archive, for which there is no room in the folder of temporary files");
  }
  return file;
}

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

bool is_archive(std::string_view bytes) {
  return bytes.starts_with(ARMAG) || bytes.starts_with("!<thin>\n");
}

std::vector<ArchiveMember> members_of(std::string_view bytes) {
  if (!bytes.starts_with(ARMAG)) {
    throw CubinError("a thin archive, which only names its files; give those themselves");
  }
  const std::unique_ptr<std::FILE, FileClosed> file = file_of(bytes);
  const ElfHandle archive(elf_begin(fileno(file.get()), ELF_C_READ, nullptr));
  if (archive == nullptr || elf_kind(archive.get()) != ELF_K_AR) {
    throw CubinError("an archive that cannot be read: " + reason());
  }
  std::vector<ArchiveMember> members;
  std::size_t read_to = SARMAG;
  Elf_Cmd next = ELF_C_READ;
  while (const ElfHandle member{elf_begin(fileno(file.get()), next, archive.get())}) {
    const Elf_Arhdr* header = elf_getarhdr(member.get());
    const std::int64_t from = elf_getbase(member.get());
    const auto begin = static_cast<std::uint64_t>(from);
    if (header == nullptr || from < 0 || begin > bytes.size() || header->ar_size < 0 ||
        static_cast<std::uint64_t>(header->ar_size) > bytes.size() - begin) {
      throw CubinError(fmt::format("truncated or damaged: file {} of the archive is cut off",
                                   members.size() + 1));
    }
    const std::string name = header->ar_name == nullptr ? "" : header->ar_name;
    const auto size = static_cast<std::size_t>(header->ar_size);
    const bool is_table = name.starts_with('/');
    if (!is_table) members.push_back({.name = name, .bytes = bytes.substr(begin, size)});
    read_to = begin + size + size % 2;
    next = elf_next(member.get());
  }
  if (read_to < bytes.size()) {
    throw CubinError(
        fmt::format("truncated or damaged: no file starts at byte {} of the archive", read_to));
  }
  return members;
}

}  // namespace flopprof::cubin
