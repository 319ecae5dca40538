#include "kernels/vector_fma.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace flopprof::kernels {
namespace {

constexpr Elf64_Half kMachineCuda = 190;

TEST(VectorFma, CountsTwoFlopsAThreadAndRound) {
  const VectorFma fma{.blocks = 3, .threads = 128, .rounds = 1000};
  EXPECT_EQ(work_of(fma).flops, 768000);
  EXPECT_EQ(work_of(fma).bytes, 1536);
}

TEST(VectorFma, CountsBeyond32Bits) {
  const VectorFma fma{.blocks = 1'000'000, .threads = 1024, .rounds = 1'000'000};
  EXPECT_EQ(work_of(fma).flops, 2'048'000'000'000'000);
  EXPECT_EQ(work_of(fma).bytes, 4'096'000'000);
}

/// The compute capability of the first cubin in `bytes`, from its ELF flags; 0: there is none.
unsigned capability_in(const std::string& bytes) {
  for (std::size_t at = bytes.find(ELFMAG, 0, SELFMAG); at != std::string::npos;
       at = bytes.find(ELFMAG, at + 1, SELFMAG)) {
    Elf64_Ehdr header;
    if (bytes.size() - at < sizeof header) return 0;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    // Where the capability stands depends on the version of the ABI of cubins.
    if (header.e_machine != kMachineCuda) continue;
    return (header.e_ident[EI_ABIVERSION] < 8 ? header.e_flags : header.e_flags >> 8) & 0xff;
  }
  return 0;
}

TEST(VectorFma, IsCompiledForHopper) {
  std::ifstream file(FLOPPROF_KERNELS_LIBRARY, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(capability_in(bytes), 90U);
}

}  // namespace
}  // namespace flopprof::kernels
