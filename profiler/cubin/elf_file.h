#pragma once

#include <libelf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flopprof::cubin {

struct ElfSection {
  std::string name;
  std::string_view bytes;  ///< of the file; empty where it has none there
};

struct ElfHeader {
  int machine = 0;
  int abi_version = 0;
  std::uint32_t flags = 0;
};

/// An ELF file of 64 bits in memory, which must outlive this. All it hands out lies within it.
class ElfFile {
 public:
  /// Throws CubinError where `bytes` is no ELF file, or one of another kind.
  explicit ElfFile(std::string_view bytes);

  ElfHeader header() const;
  /// Throws CubinError for a section that reaches beyond the file, or has no readable name.
  std::vector<ElfSection> sections() const;

 private:
  struct Closed {
    void operator()(Elf* elf) const { elf_end(elf); }
  };
  std::string_view bytes_;
  std::unique_ptr<Elf, Closed> elf_;
};

/// A file in an archive (.a).
struct ArchiveMember {
  std::string name;
  std::string_view bytes;  ///< of the archive
};

bool is_archive(std::string_view bytes);

/// The files in an archive, without its tables. Throws CubinError.
std::vector<ArchiveMember> members_of(std::string_view bytes);

}  // namespace flopprof::cubin
