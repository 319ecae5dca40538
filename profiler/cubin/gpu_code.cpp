#include "profiler/cubin/gpu_code.h"

#include <elf.h>
#include <fmt/format.h>

#include <map>

#include "profiler/cubin/elf_file.h"
#include "profiler/cubin/fatbin.h"

namespace flopprof::cubin {
namespace {

/// Reads files, and the entries of the fat binaries in them, one after the other.
class Reader {
 public:
  explicit Reader(const std::function<void(const Kernel&)>& take) : take_(take) {}

  void read_file(std::string_view file) {
    if (is_archive(file)) {
      read_archive(file);
    } else if (is_fatbin(file)) {
      read_fatbins(file);
    } else if (is_cubin(file)) {
      for (const Kernel& kernel : kernels_of_cubin(file)) take_(kernel);
      ++code_.cubins;
    } else {
      for (const ElfSection& section : ElfFile(file).sections()) {
        const bool holds_fatbins = section.name == ".nv_fatbin" || section.name == "__nv_relfatbin";
        if (holds_fatbins) read_fatbins(section.bytes);
      }
    }
  }

  GpuCode finished() {
    for (const auto& [capability, cubins] : too_old_) {
      code_.left_out.push_back(fmt::format(
          "{} cubin{} for sm_{}, whose instructions flopprof does not read (it reads sm_{} and "
          "later)",
          cubins, cubins == 1 ? "" : "s", capability, kFirstCapability));
    }
    return std::move(code_);
  }

 private:
  /// An archive holds what a linker takes, and now and then other things.
  void read_archive(std::string_view archive) {
    for (const ArchiveMember& member : members_of(archive)) {
      const std::string aligned(member.bytes);
      if (!aligned.starts_with(ELFMAG) && !is_fatbin(aligned)) continue;
      try {
        read_file(aligned);
      } catch (const CubinError& error) {
        throw CubinError(fmt::format("{}: {}", member.name, error.what()));
      }
    }
  }

  void read_fatbins(std::string_view section) {
    for (const FatbinEntry& entry : entries_of(section)) read(entry);
  }

  void read(const FatbinEntry& entry) {
    if (entry.kind == FatbinEntry::Kind::kPtx) ++code_.ptx_programs;
    if (entry.kind != FatbinEntry::Kind::kCubin) return;
    if (entry.capability < kFirstCapability) {
      ++too_old_[entry.capability];
      return;
    }
    for (const Kernel& kernel : kernels_of_cubin(unpacked(entry))) take_(kernel);
    ++code_.cubins;
  }

  const std::function<void(const Kernel&)>& take_;
  GpuCode code_;
  std::map<int, int> too_old_;
};

}  // namespace

GpuCode read_gpu_code(std::string_view file, const std::function<void(const Kernel&)>& take) {
  if (file.empty()) throw CubinError("the file is empty");
  Reader reader(take);
  reader.read_file(file);
  GpuCode code = reader.finished();
  if (code.cubins > 0 || !code.left_out.empty()) return code;
  if (code.ptx_programs > 0) {
    throw CubinError(
        "only PTX, no machine code; compile with code=sm_NN, as "
        "-gencode=arch=compute_90a,code=sm_90a");
  }
  throw CubinError(
      is_archive(file)
          ? "no GPU code: an archive whose files have no section .nv_fatbin or __nv_relfatbin"
          : "no GPU code: an ELF file, but neither a cubin nor with a section .nv_fatbin or "
            "__nv_relfatbin");
}

}  // namespace flopprof::cubin
