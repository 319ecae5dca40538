#include "profiler/cubin/cubin.h"

#include <fmt/format.h>

#include <cstring>

#include "profiler/cubin/elf_file.h"

namespace flopprof::cubin {
namespace {

constexpr int kMachineCuda = 190;
constexpr int kAbiOfCuda13 = 8;
constexpr std::string_view kCodePrefix = ".text.";

/// Whether the code runs on no other architecture: sm_90a against sm_90.
bool is_specific(const ElfHeader& header, const std::vector<ElfSection>& sections) {
  if (header.abi_version < kAbiOfCuda13) return (header.flags & 0x800) != 0;
  // Records of four bytes: the form, the key, a value of one or two bytes.
  constexpr std::string_view kIsSpecific("\x02\x09\x01", 3);
  for (const ElfSection& section : sections) {
    if (section.name == ".nv.compat") return section.bytes.starts_with(kIsSpecific);
  }
  return false;
}

std::vector<flops::MachineWord> words_of(const ElfSection& section) {
  constexpr std::size_t kWordBytes = 16;
  if (section.bytes.size() % kWordBytes != 0) {
    throw CubinError(
        fmt::format("damaged: section {} has {} bytes, which is no whole number of instructions "
                    "of 16 bytes",
                    section.name, section.bytes.size()));
  }
  std::vector<flops::MachineWord> words(section.bytes.size() / kWordBytes);
  if (!words.empty()) std::memcpy(words.data(), section.bytes.data(), section.bytes.size());
  return words;
}

}  // namespace

bool is_cubin(std::string_view bytes) {
  return bytes.size() > EI_NIDENT && bytes.starts_with(ELFMAG) &&
         ElfFile(bytes).header().machine == kMachineCuda;
}

std::vector<Kernel> kernels_of_cubin(std::string_view bytes) {
  const ElfFile file(bytes);
  const ElfHeader header = file.header();
  if (header.machine != kMachineCuda) {
    throw CubinError(fmt::format("an ELF file for machine {}, not for NVIDIA's GPUs ({})",
                                 header.machine, kMachineCuda));
  }
  // CUDA 13 moved the capability in the flags.
  const int capability = static_cast<int>(
      (header.abi_version < kAbiOfCuda13 ? header.flags : header.flags >> 8) & 0xff);
  if (capability < kFirstCapability) {
    throw CubinError(fmt::format(
        "code for compute capability {}.{}, whose instructions flopprof does not read; it reads "
        "those from 7.5 on",
        capability / 10, capability % 10));
  }
  const std::vector<ElfSection> sections = file.sections();
  const std::string architecture =
      fmt::format("sm_{}{}", capability, is_specific(header, sections) ? "a" : "");
  std::vector<Kernel> kernels;
  for (const ElfSection& section : sections) {
    if (!section.name.starts_with(kCodePrefix)) continue;
    kernels.push_back({.name = section.name.substr(kCodePrefix.size()),
                       .architecture = architecture,
                       .capability = capability,
                       .code = words_of(section)});
  }
  return kernels;
}

}  // namespace flopprof::cubin
